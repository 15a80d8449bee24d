// A newcomer's first day, told with clients that other people wrote: Google's own put data in place, then an MCP client and a gRPC client work
// through the services, and what comes back is compared with what was written. Addresses come from the environment; Google's clients read
// theirs there by themselves. Prints one line a step and ends with 1 at the first difference.
import { isDeepStrictEqual, inspect } from 'node:util';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { Bigtable } from '@google-cloud/bigtable';
import { PubSub } from '@google-cloud/pubsub';
import { Spanner } from '@google-cloud/spanner';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import gax from 'google-gax';

const timeLimit = 120_000;
const toolNames = [
  'acknowledge_messages', 'bigtable_list_tables', 'bigtable_read_rows', 'publish_message', 'pull_messages', 'spanner_execute_sql',
  'spanner_list_table_names',
];

const project = setting('GOOGLE_CLOUD_PROJECT');
['PUBSUB_EMULATOR_HOST', 'SPANNER_EMULATOR_HOST', 'BIGTABLE_EMULATOR_HOST'].forEach(setting);

// Google's authentication library looks for a metadata server even when every product is an emulator, and warns when there is none.
process.env.METADATA_SERVER_DETECTION ??= 'none';
// The Spanner emulator of Google Cloud CLI 528 makes a plain session when asked for a multiplexed one, and releasing that ends Google's client 8.
process.env.GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS ??= 'false';
process.env.GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_FOR_RW ??= 'false';

// Unique names: the emulators may be shared, and are not wiped.
const run = randomUUID().slice(0, 8);
const closers = [];
const started = Date.now();
let current;

// The timer does not keep the program alive, but ends one that something else does: a handle left open is a failure as well.
setTimeout(() => fail(new Error(`not done after ${timeLimit / 1000} s`)), timeLimit).unref();

const sessions = grpcClient('sessions', 'Sessions', setting('SESSIONS_GRPC'));
const tools = grpcClient('tools', 'Tools', setting('TOOLS_GRPC'));
const mcpAddress = setting('TOOLS_HTTP');
let mcp;

try {
  await step('an MCP client connects over streamable HTTP', async () => {
    mcp = await mcpClient('/mcp');
  });
  await withPubSub(new PubSub());
  await withSpanner(new Spanner());
  // Against an emulator this client, alone of the three, does not read GOOGLE_CLOUD_PROJECT: its tables would be in a project '{{projectId}}'.
  await withBigtable(new Bigtable({ projectId: project }));
  await withMistakes();
  await withSessions();
} catch (error) {
  fail(error);
}

current = 'close the clients';
for (const close of closers.reverse()) {
  await close();
}
console.log(`done in ${Date.now() - started} ms`);

async function withPubSub(pubsub) {
  closers.push(() => pubsub.close());

  await step('Google\'s Pub/Sub client creates a topic and two subscriptions', async () => {
    await pubsub.createTopic(`story-${run}`);
    await pubsub.topic(`story-${run}`).createSubscription(`gateway-${run}`, { ackDeadlineSeconds: 60 });
    await pubsub.topic(`story-${run}`).createSubscription(`client-${run}`, { enableMessageOrdering: true });
  });
  const topic = `projects/${project}/topics/story-${run}`;
  const subscription = `projects/${project}/subscriptions/gateway-${run}`;

  await step('the MCP client lists every tool, each with a schema for its arguments', async () => {
    const listed = (await mcp.listTools()).tools;
    same(listed.map((tool) => tool.name).sort(), toolNames);
    same(listed.map((tool) => tool.inputSchema.type), toolNames.map(() => 'object'));
    const ofSpanner = await (await mcpClient('/mcp/spanner')).listTools();
    same(ofSpanner.tools.map((tool) => tool.name).sort(), ['spanner_execute_sql', 'spanner_list_table_names']);
  });

  let published;
  await step('publish_message reaches Google\'s subscriber, with attributes and ordering key', async () => {
    published = await callOverMcp('publish_message', {
      topic_name: topic, message: 'Tea, please: 茶 🍵', attributes: { table: '4' }, ordering_key: 'orders',
    });
    const received = await nextMessage(pubsub.subscription(`client-${run}`));
    same(
      { id: received.id, data: received.data.toString(), attributes: received.attributes, orderingKey: received.orderingKey },
      { id: published.message_id, data: 'Tea, please: 茶 🍵', attributes: { table: '4' }, orderingKey: 'orders' });
  });

  await step('pull_messages returns what Google\'s client published, bytes included, and acknowledge_messages succeeds', async () => {
    const id = await pubsub.topic(`story-${run}`).publishMessage({ data: Buffer.from([0xff, 0x00, 0xfe]), attributes: { kind: 'bytes' } });
    const messages = [];
    while (messages.length < 2) {
      const pulled = (await callOverMcp('pull_messages', { subscription_name: subscription, max_messages: 10 })).messages;
      if (pulled.length === 0) {
        break;
      }
      messages.push(...pulled);
    }
    same(
      messages.map(({ message_id, data, encoding, attributes, ordering_key }) => ({ message_id, data, encoding, attributes, ordering_key }))
        .sort((one, other) => one.encoding.localeCompare(other.encoding)),
      [
        { message_id: id, data: '/wD+', encoding: 'base64', attributes: { kind: 'bytes' }, ordering_key: '' },
        { message_id: published.message_id, data: 'Tea, please: 茶 🍵', encoding: 'utf-8', attributes: { table: '4' }, ordering_key: 'orders' },
      ]);
    const acknowledged = await callOverMcp(
      'acknowledge_messages', { subscription_name: subscription, ack_ids: messages.map((message) => message.ack_id) });
    same(acknowledged, { status: 'SUCCESS' });
  });
}

async function withSpanner(spanner) {
  closers.push(() => {
    // Not awaited: the promise that this close returns never settles.
    spanner.close();
  });
  const where = { instance_id: `story-${run}`, database_id: 'shop' };
  let database;

  await step('Google\'s Spanner client creates an instance, a database and a table', async () => {
    const [instance, creation] = await spanner.createInstance(where.instance_id, { config: 'emulator-config', nodes: 1 });
    await creation.promise();
    const [created, making] = await instance.createDatabase(where.database_id, {
      schema: `CREATE TABLE orders (
        id INT64, item STRING(MAX), big INT64, price NUMERIC, ratio FLOAT64, paid BOOL, day DATE, placed TIMESTAMP, raw BYTES(MAX), notes JSON,
        tags ARRAY<STRING(MAX)>) PRIMARY KEY (id)`,
    });
    await making.promise();
    database = created;
    closers.push(() => database.close());
  });

  await step('Google\'s Spanner client inserts rows', () => database.table('orders').insert([
    {
      id: 1, item: 'Tea 茶', big: Spanner.int('9007199254740993'), price: Spanner.numeric('12.340000001'), ratio: Spanner.float(0.1), paid: true,
      day: Spanner.date('2026-02-28'), placed: Spanner.timestamp('2026-02-28T12:34:56.123456789Z'), raw: Buffer.from([0xff, 0x00]),
      notes: { milk: [1, 2.5, null] }, tags: ['hot', null],
    },
    {
      id: 2, item: null, big: null, price: null, ratio: Spanner.float(NaN), paid: null, day: null, placed: null, raw: null, notes: null, tags: null,
    },
  ]));

  await step('spanner_list_table_names lists the table', async () =>
    same(await callOverMcp('spanner_list_table_names', where), { status: 'SUCCESS', results: ['orders'] }));

  await step('spanner_execute_sql returns what was inserted, digit for digit, over MCP and over gRPC', async () => {
    const query = { ...where, query: 'SELECT * FROM orders ORDER BY id' };
    const expected = {
      status: 'SUCCESS',
      rows: [
        [
          1, 'Tea 茶', '9007199254740993', '12.340000001', 0.1, true, '2026-02-28', '2026-02-28T12:34:56.123456789Z', '/wA=',
          { milk: [1, 2.5, null] }, ['hot', null],
        ],
        [2, null, null, null, 'NaN', null, null, null, null, null, null],
      ],
    };
    same(await callOverMcp('spanner_execute_sql', query), expected);
    same(await callOverGrpc('spanner_execute_sql', query), expected);
  });
}

async function withBigtable(bigtable) {
  closers.push(() => bigtable.close());
  const instance = bigtable.instance('story');
  const table = instance.table(`orders-${run}`);

  await step('Google\'s Bigtable client creates a table and writes rows', async () => {
    await table.create({ families: ['order'] });
    await table.insert([
      { key: 'order#1', data: { order: { item: { value: 'Tea 茶', timestamp: 1_700_000_000_000_000 } } } },
      { key: 'order#2', data: { order: { count: { value: 7, timestamp: 1_700_000_000_001_000 } } } },
      { key: 'other', data: { order: { item: 'Coffee' } } },
    ]);
  });

  await step('bigtable_list_tables lists the table', async () => {
    const listed = await callOverMcp('bigtable_list_tables', { instance_id: 'story' });
    same(listed.results.filter((name) => name.endsWith(run)), [`orders-${run}`]);
  });

  await step('bigtable_read_rows returns what was written, over MCP and over gRPC', async () => {
    const read = { instance_id: 'story', table_id: `orders-${run}`, row_key_prefix: 'order#' };
    const expected = {
      status: 'SUCCESS',
      rows: [
        { row_key: 'order#1', cells: [{ family: 'order', qualifier: 'item', value: 'Tea 茶', timestamp: '2023-11-14T22:13:20Z' }] },
        {
          row_key: 'order#2',
          cells: [
            // Google's client writes a number as the eight bytes of a counter.
            { family: 'order', qualifier: 'count', value: 'AAAAAAAAAAc=', value_encoding: 'base64', timestamp: '2023-11-14T22:13:20.001Z' },
          ],
        },
      ],
    };
    same(await callOverMcp('bigtable_read_rows', read), expected);
    same(await callOverGrpc('bigtable_read_rows', read), expected);
  });
}

async function withMistakes() {
  const wrong = { topic_name: `projects/${project}/topics/absent-${run}`, message: 5 };

  await step('a wrong argument is an answer that the model can read, over MCP and over gRPC', async () => {
    const overMcp = await mcp.callTool({ name: 'publish_message', arguments: wrong });
    const overGrpc = await tools.callTool({ name: 'publish_message', arguments_json: JSON.stringify(wrong) });
    same([overMcp.isError, overGrpc.is_error], [true, true]);
    same(overMcp.structuredContent.error_code, 'INVALID_ARGUMENT');
    same(JSON.parse(overGrpc.result_json), overMcp.structuredContent);
    same(JSON.parse(overMcp.content[0].text), overMcp.structuredContent);
  });

  await step('so is a topic that does not exist', async () => {
    const answer = await mcp.callTool({ name: 'publish_message', arguments: { ...wrong, message: 'anyone?' } });
    same([answer.isError, answer.structuredContent.error_code], [true, 'PUBSUB_TOPIC_NOT_FOUND']);
  });

  await step('a tool that does not exist is an error of the protocol', async () => {
    same((await refused(mcp.callTool({ name: 'no_such_tool', arguments: {} }))).code, -32602);
    same((await refused(tools.callTool({ name: 'no_such_tool' }))).code, grpc.status.NOT_FOUND);
  });
}

async function withSessions() {
  const key = { app_name: 'story', user_id: `ada-${run}`, session_id: 'first' };

  await step('a session is created once, with its initial state', async () => {
    const created = await sessions.createSession({ ...key, state_json: '{"topic":"tea","user:name":"Ada"}' });
    same([JSON.parse(created.state_json), created.revision], [{ topic: 'tea', 'user:name': 'Ada' }, '0']);
    same((await refused(sessions.createSession(key))).code, grpc.status.ALREADY_EXISTS);
  });

  const event = {
    id: 'event-1', author: 'user', state_delta_json: '{"topic":"coffee","temp:scratch":1}',
    event_json: '{"invocationId":"run-1","content":{"role":"user","parts":[{"text":"hello"}]},"novelty":9007199254740993}',
  };
  await step('an event is appended once, however often it is sent, and not at a stale revision', async () => {
    const appended = await sessions.appendEvent({ ...key, event, expected_revision: 0 });
    same([appended.outcome, appended.event_id, appended.revision], ['APPENDED', 'event-1', '1']);
    same((await sessions.appendEvent({ ...key, event, expected_revision: 0 })).outcome, 'ALREADY_APPENDED');
    const stale = await refused(sessions.appendEvent({ ...key, event: { ...event, id: 'event-2' }, expected_revision: 0 }));
    // Read by the code with which Google's own clients read an error.
    const { code, reason, domain, errorInfoMetadata } = gax.GoogleError.parseGRPCStatusDetails(stale);
    same(
      [code, reason, domain, errorInfoMetadata.current_revision],
      [grpc.status.ABORTED, 'STALE_SESSION', 'runtime.adk', '1']);
    await sessions.appendEvent({ ...key, event: { id: 'event-2', author: 'waiter' }, expected_revision: 1 });
  });

  await step('the session is read back, whole or its newest events', async () => {
    const whole = await sessions.getSession(key);
    same(JSON.parse(whole.state_json), { topic: 'coffee', 'user:name': 'Ada' });
    same(whole.events.map(({ id, author, invocation_id }) => [id, author, invocation_id]), [['event-1', 'user', 'run-1'], ['event-2', 'waiter', '']]);
    same(whole.events[0].event_json.match(/"novelty": ?(\d+)/)?.[1], '9007199254740993');
    same((await sessions.getSession({ ...key, num_recent_events: 1 })).events.map(({ id }) => id), ['event-2']);
  });

  await step('sessions are listed page by page', async () => {
    await sessions.createSession({ ...key, session_id: 'second' });
    const list = { app_name: key.app_name, user_id: key.user_id, page_size: 1 };
    const pages = [];
    for (let token = ''; pages.length === 0 || token !== '';) {
      const page = await sessions.listSessions({ ...list, page_token: token });
      pages.push(page.sessions.map(({ session_id }) => session_id));
      token = page.next_page_token;
    }
    same(pages.flat().sort(), ['first', 'second']);
  });

  await step('a deleted session is not found, and deleting it again is no error', async () => {
    await sessions.deleteSession(key);
    await sessions.deleteSession(key);
    same((await refused(sessions.getSession(key))).code, grpc.status.NOT_FOUND);
  });
}

async function mcpClient(path) {
  const client = new Client({ name: 'story', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(path, mcpAddress)));
  closers.push(() => client.close());
  return client;
}

async function callOverMcp(name, args) {
  const answer = await mcp.callTool({ name, arguments: args });
  if (answer.isError) {
    throw new Error(`${name} answered ${answer.content[0].text}`);
  }
  same(JSON.parse(answer.content[0].text), answer.structuredContent);
  return answer.structuredContent;
}

async function callOverGrpc(name, args) {
  const answer = await tools.callTool({ name, arguments_json: JSON.stringify(args) });
  same([answer.is_error, answer.is_error && answer.result_json], [false, false]);
  return JSON.parse(answer.result_json);
}

/** A client of one of the repository's own services, with methods that return promises and have a deadline. */
function grpcClient(area, service, address) {
  const definition = protoLoader.loadSync(`runtime/${area}/v1/${area}.proto`, {
    includeDirs: [fileURLToPath(new URL('../../Services/Protos', import.meta.url))],
    keepCase: true, longs: String, enums: String, defaults: true, oneofs: true,
  });
  const Service = grpc.loadPackageDefinition(definition).runtime[area].v1[service];
  const client = new Service(new URL(address).host, grpc.credentials.createInsecure());
  closers.push(() => client.close());
  return new Proxy(client, {
    get: (target, method) => (request) => new Promise((resolve, reject) => {
      target[method](request, { deadline: Date.now() + 30_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
    }),
  });
}

async function nextMessage(subscription) {
  try {
    return await new Promise((resolve, reject) => {
      subscription.on('error', reject);
      subscription.once('message', (message) => {
        message.ack();
        resolve(message);
      });
    });
  } finally {
    await subscription.close();
  }
}

async function step(what, work) {
  current = what;
  await work();
  console.log(`ok ${what}`);
}

async function refused(call) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    return error;
  }
  throw new Error(`came: ${inspect(answer, { depth: null })}\nexpected: an error`);
}

function same(came, expected) {
  if (!isDeepStrictEqual(came, expected)) {
    throw new Error(`came: ${inspect(came, { depth: null })}\nexpected: ${inspect(expected, { depth: null })}`);
  }
}

function setting(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set. Fix: start the AppHost, and set it to the address that its table shows.`);
    process.exit(1);
  }
  return value;
}

function fail(error) {
  console.error(`not ok ${current}\n${inspect(error)}`);
  process.exit(1);
}
