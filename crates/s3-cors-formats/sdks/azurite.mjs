// Puts what is written for Azure into Azurite, the emulator, and asks it. Azurite is not faithful: it
// compares origins without case, goes on to the next rule where a header is missing, and names only the
// requested method. So it is asked only whether a preflight is allowed, by the first rule.
import { spawn, execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { once } from 'node:events';

const [program, azurite] = process.argv.slice(2);
const account = 'devstoreaccount1';
// The emulator's own, published key.
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const version = '2021-10-04';

const server = spawn(azurite, ['--blobPort', '0', '--inMemoryPersistence', '--silent',
  '--skipApiVersionCheck', '--disableTelemetry'], { stdio: ['ignore', 'pipe', 'inherit'] });
let said = '';
const port = await new Promise((resolve, reject) => {
  server.on('exit', () => reject(new Error(`azurite ended: ${said}`)));
  server.stdout.on('data', (data) => {
    said += data;
    const listening = said.match(/listens on http:\/\/127\.0\.0\.1:(\d+)/) ||
      said.match(/listening at http:\/\/127\.0\.0\.1:(\d+)/);
    if (listening) resolve(Number(listening[1]));
  });
});

async function ask(method, path, headers, body = '') {
  const sent = request({ host: '127.0.0.1', port, method, path, headers });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const data of response) text += data;
  return { status: response.statusCode, headers: response.headers, text };
}

async function put(xml) {
  const date = new Date().toUTCString();
  const length = Buffer.byteLength(xml);
  const signed = ['PUT', '', '', length, '', 'application/xml', '', '', '', '', '', '',
    `x-ms-date:${date}`, `x-ms-version:${version}`,
    `/${account}/${account}/\ncomp:properties\nrestype:service`].join('\n');
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64');
  return ask('PUT', `/${account}/?restype=service&comp=properties`, {
    'content-type': 'application/xml', 'content-length': length, 'x-ms-date': date,
    'x-ms-version': version, authorization: `SharedKey ${account}:${signature}`,
  }, xml);
}

let failures = 0;
const fail = (...what) => { failures += 1; console.log(...what); };
const outputs = JSON.parse(execFileSync(program, ['azure-blob']));
let preflights = 0;
for (const xml of outputs) {
  const stored = await put(xml);
  if (stored.status !== 202) { fail(stored.status, stored.text, xml); continue; }
  const list = (rule, name) => {
    const [, text] = rule.match(new RegExp(`<${name}>(.*)</${name}>`)) || [null, ''];
    const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    return plain.split(',').filter((entry) => entry !== '');
  };
  // The first rule decides about its own origins and methods; a later one may be behind it.
  const [rule] = xml.match(/<CorsRule>[^]*?<\/CorsRule>/) || [''];
  const [origin] = list(rule, 'AllowedOrigins').filter((entry) => !entry.includes('*'));
  const [method] = list(rule, 'AllowedMethods');
  if (!origin || !method) continue;
  const asked = { origin, 'access-control-request-method': method };
  const allowed = await ask('OPTIONS', `/${account}/container/blob`, asked);
  preflights += 1;
  if (allowed.status !== 200 || allowed.headers['access-control-allow-origin'] !== origin) {
    fail('not allowed:', asked, allowed, xml);
  }
  if (!xml.includes('*')) {
    const foreign = { ...asked, origin: 'https://no-such-origin.example' };
    const refused = await ask('OPTIONS', `/${account}/container/blob`, foreign);
    if (refused.status !== 403) fail('not refused:', foreign, refused, xml);
  }
}
server.removeAllListeners('exit');
server.kill();
console.log(`azurite: ${outputs.length} configurations stored, ${preflights} preflights`);
if (outputs.length === 0 || preflights === 0) fail('nothing was asked');
process.exit(failures === 0 ? 0 : 1);
