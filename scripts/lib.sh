# shellcheck shell=bash disable=SC2034
# Shared by the scripts beside it; source it, do not run it. Leaves the caller at the top of the
# checkout, with:
#   build     where everything generated goes (an absolute path)
#   root      the private server, see scripts/root; RETENTION_ROOT names a copy of it that has more in it
#   bindir    its programs
#   pgxsdir   where that server keeps what extensions are tested with
#   config    the pg_config of the installed server
# (those three from locate_root on, once PostgreSQL is installed) and
#   as_user   runs a command as a user the server accepts
#   copy_checkout   copies what is built from, to be built for another server
#   require_root, isolated   for what mounts, see scripts/version-root

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
build=$PWD/build
root=${RETENTION_ROOT:-$build/root}
config=
pgxsdir=
bindir=

# PostgreSQL finds its own files relative to its programs, so a copy under build/ is complete.
locate_root() {
	config=$(command -v "${PG_CONFIG:-pg_config}") ||
		{ echo "pg_config not found${PG_CONFIG:+ (PG_CONFIG is \"$PG_CONFIG\")}, see scripts/install-packages or set PG_CONFIG" >&2; return 1; }
	# The copy's own comes first in the PATH that "scripts/cluster env" gives.
	config=${config#"$root"}
	bindir=$root$("$config" --bindir)
	pgxsdir=$root$(dirname "$(dirname "$(dirname "$("$config" --pgxs)")")")
}

# The server refuses to run as root. Where that user cannot even enter the checkout (a clone under
# /root, say), it keeps root's right to pass through directories, and nothing else of root's.
as_user() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
		return
	fi
	local user=${RETENTION_USER:-postgres} drop
	drop=(setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups)
	if ! "${drop[@]}" test -r "$PWD/Makefile" -a -x "$PWD"; then
		# Without the secure bit access(2) would ignore the capability.
		drop+=(--securebits +no_setuid_fixup
			--inh-caps +dac_override --ambient-caps +dac_override)
	fi
	HOME=$build "${drop[@]}" "$@"
}

# Makes a directory that the server's user may write to.
user_dir() {
	mkdir -p "$1"
	[ "$(id -u)" != 0 ] || chown "${RETENTION_USER:-postgres}:" "$1"
}

# What was made there before stays, since it is under build/, and what has not changed keeps its age.
copy_checkout() {
	mkdir -p "$1"
	find "$1" -path "$1/build" -prune -o -type f -exec rm {} +
	tar -c --exclude=./build --exclude=./.git . | tar -x --no-same-owner -C "$1"
}

require_root() {
	[ "$(id -u)" = 0 ] || { echo "$1: must be run as root, for it makes root folders and mounts" >&2; exit 1; }
}

# isolated COMMAND...: instead of the calling script. Its processes and mounts end with it, and it ends with who called the script.
isolated() { exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --propagation private "$@"; }
