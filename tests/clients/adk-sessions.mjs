// The DatabaseSessionService of ADK JS on the database that the first argument names, driven by its standard input.
// One command a line: {"call": "create" | "get" | "list" | "append" | "delete", "appName": …, "userId": …, "sessionId": …, …}.
// One answer a line, behind "> ": {"result": …} or {"error": "…"}. Other lines are what the libraries have to say.
import { createInterface } from 'node:readline';
import { createEvent } from '@google/adk';
import { DatabaseSessionService } from '@google/adk/sessions/database';

const url = process.argv[2];
if (!url) {
  console.error('Usage: node adk-sessions.mjs postgresql://user:password@host:port/database | sqlite:///absolute/path.db');
  process.exit(2);
}

const service = new DatabaseSessionService(await optionsOf(url));

// As an agent holds it: an append goes to the session as it was read last, however stale it is by now.
const held = new Map();

const calls = {
  create: async ({ appName, userId, sessionId, state }) => hold(await service.createSession({ appName, userId, sessionId, state })),
  get: async ({ config, ...key }) => hold(await service.getSession({ ...key, config })),
  list: (request) => service.listSessions(request),
  append: async ({ event, ...key }) => {
    const session = held.get(name(key)) ?? hold(await service.getSession(key));
    await service.appendEvent({ session, event: createEvent(event) });
    return session;
  },
  delete: async (key) => {
    held.delete(name(key));
    await service.deleteSession(key);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { call, ...request } = JSON.parse(line);
    answer = { result: (await calls[call](request)) ?? null };
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }

  console.log(`> ${JSON.stringify(answer)}`);
}

process.exit(0);

function name({ appName, userId, sessionId }) {
  return JSON.stringify([appName, userId, sessionId]);
}

function hold(session) {
  if (session) {
    held.set(name({ appName: session.appName, userId: session.userId, sessionId: session.id }), session);
  }

  return session;
}

// SQLite by a driver whose binary comes with its package; the one that ADK picks for the URL is compiled while it is installed.
async function optionsOf(address) {
  if (!address.startsWith('sqlite:')) {
    return address;
  }

  const { LibSqlDriver } = await import('@mikro-orm/libsql');
  return { driver: LibSqlDriver, dbName: address.slice('sqlite://'.length) };
}
