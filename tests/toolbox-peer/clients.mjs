// Calls a server through the client library of MCP Toolbox, over MCP and over HTTP: what works with MCP Toolbox has to work with the gateway.
// Needs TOOLBOX_URL, and TOKEN, a token of the auth service "issuer" whose claim given_name is Ada.
import assert from 'node:assert/strict';
import { ToolboxClient as OverMcp } from '@toolbox-sdk/core';
import { ToolboxClient as OverHttp } from '@toolbox-sdk/core-over-http';

const { TOOLBOX_URL: url, TOKEN: token } = process.env;
// The libraries warn of plain HTTP and print each failure that they throw.
console.warn = console.error = () => {};

const read = result => (typeof result === 'string' ? JSON.parse(result) : result);

async function story(name, client, knowsAuthParameters) {
  const orders = await client.loadToolset('orders');
  assert.deepEqual(orders.map(tool => tool.getName()).sort(), ['insert', 'optional', 'rows']);
  const rows = read(await orders.find(tool => tool.getName() === 'rows')());
  assert.equal(rows[0].customer, 'Ada');
  assert.equal(rows[0].total, 10.5);
  console.log(`${name}: a toolset is loaded and a tool of it called`);

  const defaults = await client.loadTool('defaults');
  assert.deepEqual(read(await defaults({ whole: 8 })), one({ text: 'standard', whole: 8, number: 2.5, flag: true, list: ['a', 'b'] }));
  console.log(`${name}: defaults fill what a call leaves out`);

  const several = await client.loadTool('several');
  await assert.rejects(several({ first: 1, second: 'x' }), /first/);
  const bound = several.bindParam('second', async () => 2);
  assert.deepEqual(read(await bound({ first: 'a' })), one({ first: 'a', second: 2 }));
  await assert.rejects(bound({ first: 'a', second: 3 }), /second/);
  console.log(`${name}: bound parameters are sent, and kept from callers`);

  const map = await client.loadTool('take_integer_map');
  assert.deepEqual(read(await map({ value: { a: 1 } })), one({ value: { a: 1 } }));
  console.log(`${name}: maps and arrays arrive`);

  const guarded = await client.loadTool('guarded');
  await assert.rejects(guarded(), /issuer/);
  const opened = await client.loadTool('guarded', { issuer: async () => token });
  assert.deepEqual(read(await opened()), one({ one: 1 }));
  const later = guarded.addAuthTokenGetter('issuer', () => token);
  assert.deepEqual(read(await later()), one({ one: 1 }));
  const refused = await client.loadTool('guarded', { issuer: () => 'no token' });
  // The gateway tells the model over MCP what is wrong; MCP Toolbox lets the call fail.
  assert.doesNotMatch(String(await refused().catch(String)), /"one"/);
  console.log(`${name}: a tool that needs a token is called with one, and refused without`);

  if (knowsAuthParameters) {
    const own = await client.loadTool('own_orders', { issuer: () => token });
    assert.deepEqual(Object.keys(own.getParamSchema().shape), ['least']);
    assert.deepEqual(read(await own({})), one({ id: 1 }));
    console.log(`${name}: a parameter that a token supplies is taken from it`);
  }

  await assert.rejects(client.loadTool('none'));
  await assert.rejects(client.loadToolset('none'));
  console.log(`${name}: what does not exist is an error`);

  // Over MCP one row comes as an object, several as an array: the library decides.
  function one(row) {
    return client instanceof OverMcp ? row : [row];
  }
}

await story('core over MCP', new OverMcp(url), true);
for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) {
  await story(`core over MCP ${version}`, new OverMcp(url, undefined, undefined, version), true);
}
await story('core over HTTP', new OverHttp(url), false);
