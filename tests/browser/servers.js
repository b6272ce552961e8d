// The servers of the tests, started when they are first asked for, and stopped at the end of all tests.

import { atEnd } from "./runner.js";

import { fixture } from "./lists.js";
import { Server } from "./server.js";

const kinds = {
    main: () => Server.start(fixture()),
    notices: () => Server.start(fixture({ notices: true })),
    pictures: () => Server.start(fixture()),
    slow: () => Server.start(fixture({ http: { lookups: 1 } })), // one look-up a minute
    full: async () => { // one request may wait for a review, and does
        const server = await Server.start(fixture({ limits: { pending: 1 } }));
        await server.requestRemoval("198.51.100.130");
        return server;
    },
};
const started = new Map();

export function serverOf(kind) {
    if (!started.has(kind)) started.set(kind, kinds[kind]());
    return started.get(kind);
}

atEnd(async () => {
    for (const server of started.values()) await (await server).stop();
});
