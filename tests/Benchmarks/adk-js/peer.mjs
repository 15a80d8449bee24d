// Puts the load of tests/Benchmarks on ADK JS's DatabaseSessionService. A command is one line of JSON on standard input; its answer is one on
// standard output. Usage: node peer.mjs <database URL>
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { createEvent } from '@google/adk';
import { DatabaseSessionService } from '@google/adk/sessions/database';

const preparers = 8;
const answer = message => process.stdout.write(JSON.stringify(message) + '\n');
// What the library logs must not end up between the answers.
console.log = console.info = console.warn = console.error;

const service = new DatabaseSessionService(process.argv[2]);
await service.init();

const sessions = new Map();
let created = 0;
let template;

const idOf = (pool, number) => `${pool.name}-${number}`;
const idFor = (question, caller, turn) => idOf(question.pool, (caller + turn * question.callers) % question.pool.count);

/** The event as ADK JS has it in memory: camelCase, with an id and a time of its own. */
function newEvent(question) {
  template ??= camel(JSON.parse(question.event));
  return createEvent({ ...template, id: randomUUID(), timestamp: Date.now() });
}

const camel = value =>
  Array.isArray(value) ? value.map(camel)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replace(/_([a-z])/g, (_, c) => c.toUpperCase()), camel(inner)]))
  : value;

async function append(question, session) {
  await service.appendEvent({ session, event: newEvent(question) });
}

async function each(count, callers, work) {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(count, callers) }, async () => {
    while (next < count) {
      await work(next++);
    }
  }));
}

async function prepare(question) {
  const { pool, app, user } = question;
  // The first session alone: concurrent first ones of an app collide on its state row.
  const make = async number => sessions.set(idOf(pool, number), await service.createSession({ appName: app, userId: user, sessionId: idOf(pool, number) }));
  await make(0);
  await each(pool.count - 1, preparers, number => make(number + 1));
  await each(pool.events > 0 ? pool.count : 0, preparers, async number => {
    for (let made = 0; made < pool.events; made++) {
      await append(question, sessions.get(idOf(pool, number)));
    }
  });
}

const operations = {
  create: async question => {
    await service.createSession({ appName: question.app, userId: question.user, sessionId: `created-${created++}` });
  },
  append: async (question, caller, turn) => {
    await append(question, sessions.get(idFor(question, caller, turn)));
  },
  get: async (question, caller, turn) => {
    const config = question.recent === null ? undefined : { numRecentEvents: question.recent };
    const session = await service.getSession({ appName: question.app, userId: question.user, sessionId: idFor(question, caller, turn), config });
    require(question.recent ?? question.pool.events, session.events.length);
  },
  list: async question => {
    const page = await service.listSessions({ appName: question.listedApp, limit: question.pageSize, page: 1, order: 'asc' });
    require(question.pageSize, page.sessions.length);
  },
};

function require(expected, came) {
  if (came !== expected) {
    throw new Error(`ADK JS answered with ${came} items instead of ${expected}.`);
  }
}

async function measure(question) {
  const operation = operations[question.do];
  const taken = [];
  const start = performance.now();
  const end = start + question.seconds * 1000;
  await Promise.all(Array.from({ length: question.callers }, async (_, caller) => {
    for (let turn = 0; ; turn++) {
      const before = performance.now();
      if (before >= end) {
        return;
      }
      await operation(question, caller, turn);
      taken.push(performance.now() - before);
    }
  }));
  const elapsed = (performance.now() - start) / 1000;
  taken.sort((a, b) => a - b);
  const at = share => taken[Math.floor(share * (taken.length - 1))] ?? 0;
  return { operations: taken.length, perSecond: taken.length / elapsed, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function version() {
  const path = createRequire(import.meta.url).resolve('@google/adk/package.json');
  return { version: `Node.js ${process.versions.node}, @google/adk ${JSON.parse(readFileSync(path)).version}` };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  try {
    answer(question.do === 'version' ? version() : question.do === 'prepare' ? ((await prepare(question)) ?? {}) : await measure(question));
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
  }
}
process.exit(0);
