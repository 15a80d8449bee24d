// What clients of Vertex AI Sessions make of the session service: Google's client over gRPC in both versions, ADK JS over REST, and requests as
// older Python clients send them. Needs SESSIONS_GRPC and SESSIONS_HTTP; ends with 0 when everything was as on Vertex AI.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { v1, v1beta1 } from '@google-cloud/aiplatform';
import { Client } from '@google-cloud/vertexai/build/src/genai/client.js';
import { VertexAiSessionService, createEvent, createEventActions } from '@google/adk';
import grpc from '@grpc/grpc-js';

const grpcUrl = new URL(process.env.SESSIONS_GRPC);
const http = process.env.SESSIONS_HTTP.replace(/\/$/, '');
const limit = setTimeout(() => { console.error('The story takes longer than 90 s.'); process.exit(3); }, 90_000);
limit.unref();

const model = { role: 'model', parts: [{ text: 'Grüße, Welt 👋' }] };
const png = Buffer.from('89504e470d0a1a0a', 'hex');

// Every kind of event, as structured fields of the API.
const events = {
  text: { author: 'user', content: { role: 'user', parts: [{ text: 'hello' }] } },
  thought: { content: { role: 'model', parts: [{ text: 'hm', thought: true, thoughtSignature: png }] } },
  call: { content: { role: 'model', parts: [{ functionCall: { name: 'find', args: struct({ q: 'a', n: 3, deep: { list: [1, null, true] } }) } }] }, eventMetadata: { longRunningToolIds: ['call-1'] } },
  response: { content: { role: 'user', parts: [{ functionResponse: { name: 'find', response: struct({ found: ['x'] }) } }] } },
  inline: { content: { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: png } }] } },
  file: { content: { role: 'user', parts: [{ fileData: { mimeType: 'image/png', fileUri: 'gs://b/o' } }] } },
  code: { content: { role: 'model', parts: [{ executableCode: { language: 'PYTHON', code: '1+1' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '2' } }] } },
  state: { actions: { stateDelta: struct({ k: 1, 'app:a': 'x', 'user:u': null }), artifactDelta: { 'a.txt': 2 } } },
  transfer: { actions: { transferAgent: 'other', escalate: true, skipSummarization: true } },
  auth: { actions: { requestedAuthConfigs: struct({ 'call-1': { scheme: 'oauth2' } }) } },
  error: { errorCode: 'SAFETY', errorMessage: 'blocked', eventMetadata: { turnComplete: true, interrupted: true, branch: 'a.b' } },
  grounded: { content: model, eventMetadata: { groundingMetadata: { webSearchQueries: ['q'], groundingChunks: [{ web: { uri: 'https://e.x', title: 't' } }], groundingSupports: [{ segment: { startIndex: 0, endIndex: 4, text: 'Grüß' }, groundingChunkIndices: [0], confidenceScores: [0.5] }] } } },
  custom: { content: model, eventMetadata: { customMetadata: struct({ mine: 1, _usage_metadata: { promptTokenCount: 7 } }) } },
  spoken: { eventMetadata: { inputTranscription: { text: 'hi', finished: true } } },
};

await google('v1', v1);
await google('v1beta1', v1beta1);
await adk();
await python();
console.log('All clients found what they had written.');

/** Google's own client, over gRPC. */
async function google(version, library) {
  const engine = `projects/p/locations/us-central1/reasoningEngines/${version}-${randomUUID()}`;
  const client = new library.SessionServiceClient({ apiEndpoint: grpcUrl.hostname, port: Number(grpcUrl.port), sslCreds: grpc.credentials.createInsecure() });

  const [operation] = await client.createSession({
    parent: engine,
    sessionId: 'first-chat',
    session: { userId: 'ann', displayName: 'Chat', labels: { team: 'a' }, sessionState: struct({ count: 1, 'app:theme': 'dark', none: null }), ttl: { seconds: 90_000 } },
  });
  const [created] = await operation.promise();
  assert.equal(created.name, `${engine}/sessions/first-chat`);
  assert.ok(created.createTime.seconds && created.expireTime.seconds, 'times are set');
  const progress = await client.checkCreateSessionProgress(operation.name);
  assert.equal(progress.result.name, created.name, 'an operation can be asked for by its name');

  const [read] = await client.getSession({ name: created.name });
  assert.deepEqual(plain(read.sessionState), { count: 1, 'app:theme': 'dark', none: null });
  assert.deepEqual([read.userId, read.displayName, read.labels], ['ann', 'Chat', { team: 'a' }]);

  for (const id of ['b', 'c', 'd', 'e']) {
    await (await client.createSession({ parent: engine, session: { userId: id === 'b' ? 'bob "the" \\' : 'ann' } }))[0].promise();
  }
  const names = [];
  for await (const session of client.listSessionsAsync({ parent: engine, pageSize: 2 })) {
    names.push(session.name);
  }
  assert.equal(new Set(names).size, 5, 'five sessions over three pages');
  const [bobs] = await client.listSessions({ parent: engine, filter: 'user_id="bob \\"the\\" \\\\"' });
  assert.equal(bobs.length, 1);
  const [labelled] = await client.listSessions({ parent: engine, filter: 'labels.team="a" AND display_name="Chat"', orderBy: 'update_time desc' });
  assert.deepEqual(labelled.map(session => session.name), [created.name]);

  let second = 1_760_000_000;
  for (const event of Object.values(events)) {
    await client.appendEvent({ name: created.name, event: { author: 'agent', invocationId: 'inv-1', timestamp: { seconds: ++second, nanos: 5_000 }, ...event } });
  }
  const [stored] = await client.listEvents({ parent: created.name });
  assert.equal(stored.length, Object.keys(events).length);
  for (const [index, [kind, event]] of Object.entries(events).entries()) {
    const one = stored[index];
    assert.ok(one.name.startsWith(`${created.name}/events/`));
    assert.equal(one.author, event.author ?? 'agent');
    assert.equal(Number(one.timestamp.seconds), 1_760_000_001 + index);
    assert.equal(one.rawEvent, null, `${kind}: the structure says it all`);
    for (const field of ['content', 'actions', 'eventMetadata', 'errorCode', 'errorMessage']) {
      if (event[field] !== undefined) {
        assertHolds(plain(one[field]), plain(event[field]), `${version} ${kind}.${field}`);
      }
    }
  }
  const [late] = await client.listEvents({ parent: created.name, filter: `timestamp>="${new Date(second * 1000).toISOString()}"`, orderBy: 'timestamp desc' });
  assert.equal(late.length, 1);
  const paged = [];
  for await (const event of client.listEventsAsync({ parent: created.name, pageSize: 5 })) {
    paged.push(event.name);
  }
  assert.deepEqual(paged, stored.map(event => event.name));

  const [changed] = await client.getSession({ name: created.name });
  assert.deepEqual(plain(changed.sessionState), { count: 1, 'app:theme': 'dark', none: null, k: 1, 'app:a': 'x', 'user:u': null });
  const [updated] = await client.updateSession({ session: { name: created.name, displayName: 'New', sessionState: struct({ only: true }) }, updateMask: { paths: ['display_name', 'session_state'] } });
  assert.deepEqual([updated.displayName, plain(updated.sessionState), updated.labels], ['New', { only: true }, { team: 'a' }]);

  await refused(6, () => client.createSession({ parent: engine, sessionId: 'first-chat', session: { userId: 'eve' } }));
  await refused(3, () => client.createSession({ parent: engine, sessionId: 'First_Chat', session: { userId: 'ann' } }));
  await refused(3, () => client.createSession({ parent: engine, session: {} }));
  await refused(3, () => client.createSession({ parent: engine, session: { userId: 'ann', ttl: { seconds: 60 } } }));
  await refused(3, () => client.listSessions({ parent: engine, filter: 'mood="good"' }));
  await refused(3, () => client.listSessions({ parent: engine, pageToken: 'nonsense' }));
  await refused(3, () => client.updateSession({ session: { name: created.name, userId: 'eve' }, updateMask: { paths: ['user_id', 'labels'] } }));
  await refused(3, () => client.appendEvent({ name: created.name, event: { author: 'a', timestamp: { seconds: 1 } } }));
  await refused(3, () => client.getSession({ name: 'sessions/x' }));
  await refused(5, () => client.appendEvent({ name: `${engine}/sessions/none`, event: { author: 'a', invocationId: 'i', timestamp: { seconds: 1 } } }));
  await (await client.deleteSession({ name: created.name }))[0].promise();
  const gone = await refused(5, () => client.getSession({ name: created.name }));
  assert.ok(gone.statusDetails.some(detail => detail.requestId), 'the error names the request');
  await refused(5, () => client.deleteSession({ name: created.name }));
  await client.close();
  console.log(`@google-cloud/aiplatform ${version} over gRPC: as on Vertex AI`);
}

/** ADK JS over REST. */
async function adk() {
  const client = new Client({ project: 'p', location: 'us-central1', apiEndpoint: http });
  // There is no cloud account to ask for a token.
  client.apiClient.clientOptions.auth = { addAuthHeaders: async headers => headers.append('Authorization', 'Bearer of-nobody') };
  const appName = String(1 + Math.floor(Math.random() * 1e15));
  const service = new VertexAiSessionService({ projectId: 'p', location: 'us-central1', sessions: client.agentEnginesInternal.sessions });

  const session = await service.createSession({ appName, userId: 'ann', state: { a: 1, 'user:x': [1, 2], 'temp:t': 1 }, ttl: '86401s' });
  assert.deepEqual(session.state, { a: 1, 'user:x': [1, 2] });
  const chosen = await service.createSession({ appName, userId: 'bob', sessionId: 'bobs-chat' });
  assert.equal(chosen.id, 'bobs-chat');
  await assert.rejects(service.createSession({ appName, userId: 'bob', sessionId: 'bobs-chat' }), /already|has a session/i);

  const written = [
    { author: 'user', content: { role: 'user', parts: [{ text: 'hello' }] } },
    { content: { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'find', args: { q: 'a', big: 2 ** 53 } } }] }, longRunningToolIds: ['c1'] },
    { content: { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'find', response: { found: [1.5, null] } } }] } },
    { content: { role: 'model', parts: [{ inlineData: { mimeType: 'image/png', data: png.toString('base64') } }] } },
    { content: model, usageMetadata: { promptTokenCount: 3, totalTokenCount: 9 }, finishReason: 'STOP', modelVersion: 'm-1', customMetadata: { mine: true } },
    { content: model, groundingMetadata: { webSearchQueries: ['q'] }, branch: 'a.b', turnComplete: true },
    { errorCode: 'SAFETY', errorMessage: 'blocked' },
    { actions: createEventActions({ stateDelta: { k: { deep: [1] }, 'app:shared': 1 }, artifactDelta: { 'a.txt': 1 }, transferToAgent: 'other', escalate: true }) },
    { actions: createEventActions({ requestedToolConfirmations: { c1: { hint: 'sure?', confirmed: false } } }) },
    { author: 'agent', isCompacted: true, startTime: 1, endTime: 2, compactedContent: 'short', content: { role: 'model', parts: [{ text: 'short' }] } },
  ].map((event, index) => createEvent({ author: 'agent', invocationId: 'inv-1', timestamp: 1_760_000_000_000 + index, ...event }));
  for (const event of written) {
    await service.appendEvent({ session, event });
  }
  await service.appendEvent({ session, event: written[0] }); // A retry of what had arrived.

  const read = await service.getSession({ appName, userId: 'ann', sessionId: session.id });
  assert.deepEqual(read.events.map(noUndefined), written.map(noUndefined));
  assert.deepEqual(read.state, { a: 1, 'user:x': [1, 2], k: { deep: [1] }, 'app:shared': 1 });
  const recent = await service.getSession({ appName, userId: 'ann', sessionId: session.id, config: { numRecentEvents: 2 } });
  assert.deepEqual(recent.events.map(event => event.id), written.slice(-2).map(event => event.id));
  const after = await service.getSession({ appName, userId: 'ann', sessionId: session.id, config: { afterTimestamp: 1_760_000_000_007 } });
  assert.equal(after.events.length, 3);
  const none = await service.getSession({ appName, userId: 'ann', sessionId: session.id, config: { numRecentEvents: 0 } });
  assert.equal(none.events.length, 0);

  // The client reads one page of events only: it has to hold the newest of a long session.
  const long = await service.createSession({ appName, userId: 'ann' });
  for (let index = 0; index < 130; index++) {
    await service.appendEvent({ session: long, event: createEvent({ author: 'agent', invocationId: 'i', timestamp: 1_760_000_000_000 + index, content: { parts: [{ text: `${index}` }] } }) });
  }
  const whole = await service.getSession({ appName, userId: 'ann', sessionId: long.id });
  assert.equal(whole.events.at(-1).content.parts[0].text, '129');

  for (let index = 0; index < 103; index++) {
    await service.createSession({ appName, userId: 'many "users"' });
  }
  assert.equal((await service.listSessions({ appName, userId: 'many "users"' })).sessions.length, 103);
  assert.equal((await service.listSessions({ appName, userId: 'ann' })).sessions.length, 2);

  await assert.rejects(service.getSession({ appName, userId: 'eve', sessionId: session.id }), /does not belong/);
  assert.equal(await service.getSession({ appName, userId: 'ann', sessionId: 'none' }), undefined);
  await assert.rejects(service.appendEvent({ session: { ...session, id: 'none' }, event: written[0] }), /no session/);
  await service.deleteSession({ appName, userId: 'ann', sessionId: session.id });
  assert.equal(await service.getSession({ appName, userId: 'ann', sessionId: session.id }), undefined);
  console.log('@google/adk VertexAiSessionService over REST: as on Vertex AI');
}

/** Requests as clients in Python have sent them over the years. */
async function python() {
  const engine = `${http}/v1beta1/projects/undefined/locations/undefined/reasoningEngines/77${Date.now()}`;
  const created = await call('POST', `${engine}/sessions`, { user_id: 'ann', session_state: { n: 1 }, unknown: {} });
  assert.equal(created.done, true);
  const id = created.name.split('/').at(-3);
  // Older ones ask for the operation by its id alone, in any case.
  assert.equal((await call('GET', `${http}/v1beta1/operations/${created.name.split('/').at(-1)}`)).done, true);
  await call('POST', `${engine}/sessions/${id}:appendEvent`, {
    author: 'user', invocation_id: 'i-1', timestamp: { seconds: 1_760_000_000, nanos: 123_456_000 },
    content: { parts: [{ text: 'hi' }], role: 'user' },
    actions: { state_delta: { m: 2 }, skip_summarization: null, transfer_to_agent: 'other' },
    event_metadata: { turn_complete: false, long_running_tool_ids: ['c1'] },
  });
  const raw = { id: 'Ab12Cd34', invocationId: 'i-2', author: 'agent', timestamp: 1760000001.654321, content: { parts: [{ text: 'yes' }] }, actions: { stateDelta: {}, artifactDelta: {}, requestedAuthConfigs: {}, requestedToolConfirmations: {} }, modelVersion: 'm' };
  await call('POST', `${engine}/sessions/${id}:appendEvent`, {
    author: 'agent', invocationId: 'i-2', timestamp: '2025-10-09T08:53:21.654321+00:00', content: { parts: [{ text: 'yes' }] }, rawEvent: raw,
  });
  const listed = await call('GET', `${engine}/sessions/${id}/events?filter=timestamp%3E%3D%222025-10-09T08%3A53%3A20%2B00%3A00%22`);
  assert.deepEqual(listed.sessionEvents.map(event => [event.timestamp, event.invocationId]), [['2025-10-09T08:53:20.123456Z', 'i-1'], ['2025-10-09T08:53:21.654321Z', 'i-2']]);
  assert.equal(listed.sessionEvents[0].actions.transferAgent, 'other');
  assert.deepEqual(listed.sessionEvents[1].rawEvent, raw);
  assert.deepEqual((await call('GET', `${engine}/sessions/${id}`)).sessionState, { n: 1, m: 2 });
  const short = engine.replace('projects/undefined/locations/undefined/', '');
  assert.equal((await call('GET', `${short}/sessions?filter=user_id%3D%22ann%22`)).sessions.length, 1);

  const missing = await call('GET', `${engine}/sessions/none`, undefined, 404);
  assert.deepEqual([missing.error.code, missing.error.status], [404, 'NOT_FOUND']);
  assert.equal((await call('POST', `${engine}/sessions`, { user_id: 'ann', ttl: '90000s', expire_time: '2100-01-01T00:00:00Z' }, 400)).error.status, 'INVALID_ARGUMENT');
  assert.equal((await call('POST', `${engine}/sessions`, {}, 400)).error.details.find(detail => detail.fieldViolations).fieldViolations[0].field, 'session.user_id');
  assert.equal((await call('DELETE', `${engine}/sessions/${id}`, {})).done, true);
  console.log('Requests as Python sends them: as on Vertex AI');
}

async function call(method, url, body, status = 200) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const text = await response.text();
  assert.equal(response.status, status, `${method} ${url}: ${text}`);
  return JSON.parse(text);
}

async function refused(code, attempt) {
  try {
    await attempt();
  } catch (error) {
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`The call ought to have been refused with ${code}.`);
}

/** Holds all that was written; what was not is at its default. */
function assertHolds(actual, expected, where) {
  if (expected === null || typeof expected !== 'object') {
    assert.deepEqual(actual, expected, where);
    return;
  }
  for (const [key, value] of Object.entries(expected)) {
    assertHolds(actual?.[key], value, `${where}.${key}`);
  }
}

function noUndefined(event) {
  return JSON.parse(JSON.stringify(event));
}

function struct(value) {
  return { fields: Object.fromEntries(Object.entries(value).map(([key, one]) => [key, valueOf(one)])) };
}

function valueOf(value) {
  return value === null ? { nullValue: 'NULL_VALUE' }
    : Array.isArray(value) ? { listValue: { values: value.map(valueOf) } }
    : typeof value === 'object' ? { structValue: struct(value) }
    : { [`${typeof value}Value`.replace('boolean', 'bool')]: value };
}

/** Structs as plain objects, bytes as base64. */
function plain(value) {
  if (value === null || typeof value !== 'object') {
    return value;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('base64');
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value.fields) {
    return Object.fromEntries(Object.entries(value.fields).map(([key, one]) => [key, plainValue(one)]));
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

function plainValue(value) {
  return value.structValue ? plain(value.structValue)
    : value.listValue ? value.listValue.values.map(plainValue)
    : value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}
