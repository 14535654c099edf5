// Opens pages in Chromium, wide and narrow, by day and by night, and as on paper: pictures, and what is wrong with each, as TAP.
//   node look.js FOLDER AXE N     FOLDER has en.html, nb.html and figures; pictures go there. Tests are numbered behind N.
// Chromium is spoken to by its pipe, so that nothing listens, and nothing but Node is needed.
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const folder = path.resolve(process.argv[2]);
const axe = fs.readFileSync(process.argv[3], 'utf8');
const desktop = { width: 1280, height: 900, mobile: false }, phone = { width: 360, height: 740, mobile: true };
const looks = [
	{ name: 'desktop-light', ...desktop, media: 'screen', scheme: 'light' }, { name: 'desktop-dark', ...desktop, media: 'screen', scheme: 'dark' },
	{ name: 'phone-light', ...phone, media: 'screen', scheme: 'light' }, { name: 'phone-dark', ...phone, media: 'screen', scheme: 'dark' },
	{ name: 'paper', width: 794, height: 1123, mobile: false, media: 'print', scheme: 'dark' },
];
let number = Number(process.argv[4] ?? 0), failed = 0;

function ok(good, what, detail) {
	number++;
	if (!good) failed++;
	console.log(`${good ? 'ok' : 'not ok'} ${number} - ${what}`);
	if (!good && detail !== undefined) console.log(String(detail).replace(/^/gm, '# '));
}

class Browser {
	constructor() {
		const log = fs.openSync(path.join(folder, 'chromium.log'), 'w');
		// The page is ours, and where this runs may have no place for a sandbox.
		this.process = spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--no-first-run',
			'--disable-background-networking', '--disable-component-update', '--disable-crash-reporter', `--user-data-dir=${path.join(folder, 'profile')}`,
			'--remote-debugging-pipe', 'about:blank'], { stdio: ['ignore', log, log, 'pipe', 'pipe'] });
		this.process.on('exit', (status) => { for (const { reject } of this.waiting.values()) reject(new Error(`chromium has ended (${status}), see chromium.log`)); });
		this.waiting = new Map();
		this.listeners = [];
		this.last = 0;
		let read = '';
		this.process.stdio[4].on('data', (data) => {
			const messages = (read + data).split('\0');
			read = messages.pop();
			for (const message of messages) this.take(JSON.parse(message));
		});
	}
	take(message) {
		if (message.id === undefined) { for (const listen of [...this.listeners]) listen(message); return; }
		const { resolve, reject } = this.waiting.get(message.id);
		this.waiting.delete(message.id);
		if (message.error) reject(new Error(message.error.message)); else resolve(message.result);
	}
	send(method, params = {}, sessionId = undefined) {
		const id = ++this.last;
		this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
		return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
	}
	event(method, sessionId) {
		return new Promise((resolve) => {
			const listen = (message) => {
				if (message.method !== method || message.sessionId !== sessionId) return;
				this.listeners.splice(this.listeners.indexOf(listen), 1);
				resolve(message.params);
			};
			this.listeners.push(listen);
		});
	}
}

// Runs in the page.
function figures() {
	return [...document.querySelectorAll('[data-figure]')].map((e) => [e.dataset.figure, e.getAttribute(e.tagName === 'TIME' ? 'datetime' : 'value')]);
}
function spoken() { return [...document.querySelectorAll('data')].filter((e) => Number(e.textContent.replace(/[^0-9.\u2212]/g, '').replace('\u2212', '-')) !== Number(e.value)).length; }

async function look(browser, language, size, expected) {
	const name = `${language}-${size.name}`;
	const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
	const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
	const send = (method, params) => browser.send(method, params, sessionId);
	const evaluate = async (expression) => {
		const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
		if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
		return result.value;
	};
	for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await send(`${domain}.enable`);
	await send('Emulation.setDeviceMetricsOverride', { width: size.width, height: size.height, deviceScaleFactor: 1, mobile: size.mobile });
	await send('Emulation.setEmulatedMedia', { media: size.media, features: [{ name: 'prefers-color-scheme', value: size.scheme }] });

	const url = pathToFileURL(path.join(folder, `${language}.html`)).href;
	const messages = [], requests = [];
	browser.listeners.push((message) => {
		if (message.sessionId !== sessionId) return;
		if (['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'].includes(message.method)) messages.push(JSON.stringify(message.params));
		if (message.method === 'Network.requestWillBeSent' && message.params.request.url !== url) requests.push(message.params.request.url);
	});
	const loaded = browser.event('Page.loadEventFired', sessionId);
	await send('Page.navigate', { url });
	await loaded;

	const { cssContentSize } = await send('Page.getLayoutMetrics');
	const { data } = await send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true,
		clip: { x: 0, y: 0, width: size.width, height: Math.ceil(cssContentSize.height), scale: 1 } });
	fs.writeFileSync(path.join(folder, `${name}.png`), Buffer.from(data, 'base64'));

	ok(cssContentSize.width <= size.width, `${name}: the page does not scroll sideways`, `${cssContentSize.width} pixels`);
	const found = await evaluate(`(${figures})()`);
	const differ = found.filter(([figure, value]) => expected.get(figure) !== value).map(([figure, value]) => `${figure}: ${value}, and should be ${expected.get(figure)}`);
	ok(found.length > 100 && differ.length === 0, `${name}: each figure is that of its view`, differ.slice(0, 10).join('\n') || `${found.length} figures`);
	const shown = new Set(found.map(([figure]) => figure));
	const missing = [...expected].filter(([figure, value]) => value !== '0' && !shown.has(figure)).map(([figure]) => figure);
	ok(missing.length === 0, `${name}: no figure of the views is missing`, missing.slice(0, 10).join('\n'));
	ok(await evaluate(`(${spoken})()`) === 0, `${name}: figures read as their values`);
	await evaluate(axe + '; undefined');
	const { violations, passes } = await evaluate(`axe.run(document, { resultTypes: ['violations', 'passes'] }).then((r) => ({ passes: r.passes.length,
		violations: r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.failureSummary).join('; ')) }))`);
	ok(passes > 10 && violations.length === 0, `${name}: axe objects to nothing`, violations.join('\n'));
	ok(messages.length === 0, `${name}: nothing is said on the console`, messages.join('\n'));
	ok(requests.length === 0, `${name}: nothing is requested`, requests.join('\n'));
	await browser.send('Target.closeTarget', { targetId });
}

async function main() {
	const expected = new Map(fs.readFileSync(path.join(folder, 'figures'), 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t')));
	const browser = new Browser();
	try {
		for (const language of ['en', 'nb'])
			for (const size of looks) await look(browser, language, size, expected);
	} finally {
		await Promise.race([browser.send('Browser.close'), new Promise((resolve) => setTimeout(resolve, 5000))]);
	}
	console.log(`1..${number}`);
	process.exitCode = failed ? 1 : 0;
}
main().catch((error) => { console.log(`Bail out! ${error.stack}`); process.exit(1); });
