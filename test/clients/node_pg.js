// node pg: parameters, of which the server finds the type, and those that a statement gives one.
const { Client } = require('pg');

const types = ['person_name', 'username', 'email', 'phone', 'postal_address', 'national_id', 'free_text', 'personal_text'];
let number = 0, failed = 0;

function check(what, have, want) {
	number++;
	if (have === want) {
		console.log(`ok ${number} - node pg ${what}`);
	} else {
		failed = 1;
		console.log(`not ok ${number} - node pg ${what}\n# have: ${have}\n# want: ${want}`);
	}
}

async function run(client, query) {
	try {
		return JSON.stringify((await client.query(query)).rows.map((row) => row.v));
	} catch (error) {
		return error.message;
	}
}

async function main() {
	const client = new Client({ host: process.env.PGHOST });
	await client.connect();
	for (const type of types) {
		for (const [way, parameter] of [['unknown', (n) => `$${n}`], ['text', (n) => `$${n}::text`], ['varchar', (n) => `$${n}::varchar`]]) {
			const kari = '["Kari Ås"]', ola = '["Ola Øy"]';
			const steps = [
				['insert', `INSERT INTO ${type} (v) VALUES (${parameter(1)}) RETURNING v`, ['Kari Ås'], kari],
				['equality', `SELECT v FROM ${type} WHERE v = ${parameter(1)}`, ['Kari Ås'], kari],
				['LIKE', `SELECT v FROM ${type} WHERE v LIKE ${parameter(1)}`, ['Kari%'], kari],
				['IN', `SELECT v FROM ${type} WHERE v IN (${parameter(1)}, ${parameter(2)})`, ['x', 'Kari Ås'], kari],
				['ANY', `SELECT v FROM ${type} WHERE v = ANY ($1)`, [['x', 'Kari Ås']], kari],
				['update', `UPDATE ${type} SET v = ${parameter(1)} WHERE v = ${parameter(2)} RETURNING v`, ['Ola Øy', 'Kari Ås'], ola],
				['delete', `DELETE FROM ${type} WHERE v = ${parameter(1)} RETURNING v`, ['Ola Øy'], ola],
			];
			for (const [step, text, values, want] of steps) {
				check(`${type} ${way}: ${step}`, await run(client, { name: `${type} ${way} ${step}`, text, values }), want);
			}
		}
	}
	await client.end();
	process.exit(failed);
}

main().catch((error) => { console.error(error); process.exit(1); });
