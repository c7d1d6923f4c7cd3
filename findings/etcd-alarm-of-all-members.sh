#!/usr/bin/env bash
# etcd answers 200 to a request to end the alarm NOSPACE of all members, and ends none: the API says of the member's
# id that 0, which is also what it is when left out, means all members, and so it does for GET; but DEACTIVATE looks
# for a member of that id. The store goes on refusing all that is written, with room enough. Needs Debian's apt and
# dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'kill "$etcd" 2>/dev/null && wait "$etcd" || true; rm -rf "$directory"' EXIT
etcd=
cd "$directory"
apt-get download etcd-server=3.4.23-4+b4 >/dev/null
dpkg -x etcd-server_*.deb .
usr/bin/etcd --version | sed -n 1p
# Unix sockets, whose names have to look like a host and a port.
usr/bin/etcd --data-dir data --quota-backend-bytes $((2 << 20)) \
  --listen-client-urls unix://client:1 --advertise-client-urls unix://client:1 \
  --listen-peer-urls unix://peer:1 --initial-advertise-peer-urls unix://peer:1 \
  --initial-cluster default=unix://peer:1 >log 2>&1 &
etcd=$!

cat >ask.cjs <<'END'
const { request } = require('node:http')

const ask = (path, body) =>
  new Promise((done, failed) => {
    const asked = request({ socketPath: 'client:1', method: 'POST', path: `/v3/${path}` }, async (answer) => {
      done({ status: answer.statusCode, ...JSON.parse((await answer.toArray()).join('')) })
    })
    asked.on('error', failed).end(JSON.stringify(body))
  })
const base64 = (text) => Buffer.from(text).toString('base64')
const put = async (key, value) => (await ask('kv/put', { key: base64(key), value: base64(value) })).status
const alarms = async () => (await ask('maintenance/alarm', { action: 'GET' })).alarms ?? []

async function main() {
  for (let puts = 0; puts < 64; puts++) if ((await put('full', 'x'.repeat(1 << 17))) === 429) break
  const [{ memberID }] = await alarms()
  const { header } = await ask('kv/deleterange', { key: base64('full') })
  await ask('kv/compaction', { revision: header.revision, physical: true })
  await ask('maintenance/defragment', {})
  for (const id of [undefined, '0', memberID]) {
    const ended = await ask('maintenance/alarm', { action: 'DEACTIVATE', alarm: 'NOSPACE', memberID: id })
    const name = id === memberID ? "the member's" : id
    console.log(`id ${name}: ${ended.status}; alarms: ${(await alarms()).length}; a put: ${await put('key', 'x')}`)
  }
}
main()
END
for ((tries = 0; tries < 100; tries++)); do
  [[ -S client:1 ]] && break
  sleep 0.2
done
node ask.cjs | tee said
[[ $(cat said) == "id undefined: 200; alarms: 1; a put: 429
id 0: 200; alarms: 1; a put: 429
id the member's: 200; alarms: 0; a put: 200" ]]
