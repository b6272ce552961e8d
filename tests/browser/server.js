// A dnsbld under test, with the page, the API and DNS on free ports of 127.0.0.1: start it, ask it, end it.

import { spawn } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns/promises";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const PROGRAM = path.resolve(process.env.DNSBLD ?? path.join(ROOT, "build/dnsbld"));
const TOKEN = "secret";
const NOBODY = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {}; // no root rights are needed
const START_SECONDS = 20;

const running = new Set();
process.on("exit", () => running.forEach((server) => server.kill()));

export class Server {
    // `fixture`: `files`, name to content, and `config`, the configuration but for addresses and tokens.
    static async start(fixture) {
        const server = new Server();
        server.makeFolder(fixture.files);
        server.pagePort = await freePort();
        server.apiPort = await freePort();
        server.dnsPort = await freePort();
        server.origin = `http://127.0.0.1:${server.pagePort}`;
        server.configure(fixture.config);
        await server.run();
        return server;
    }

    makeFolder(files) {
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "dnsbld-browser-"));
        fs.chmodSync(this.folder, 0o755);
        for (const name of ["state", "mails"]) {
            fs.mkdirSync(this.path(name));
            if (NOBODY.uid) fs.chownSync(this.path(name), NOBODY.uid, NOBODY.gid);
        }
        for (const [name, content] of Object.entries(files)) this.write(name, content);
        this.write("tokens", `${TOKEN} admin test\n`);
        const mail = this.path("mails/XXXXXX.new");
        this.write("send", `#!/bin/sh\nf=$(mktemp ${mail}) && cat >$f && mv $f \${f%.new}\n`);
        fs.chmodSync(this.path("send"), 0o755);
        fs.copyFileSync(PROGRAM, this.path("dnsbld")); // where any user can execute it
    }

    path(name) {
        return path.join(this.folder, name);
    }

    write(name, content) {
        fs.writeFileSync(this.path(name), content);
    }

    // JSON is YAML.
    configure(config) {
        const own = {
            listen: [`127.0.0.1/${this.dnsPort}`], api: [`127.0.0.1:${this.apiPort}`],
            page: [`127.0.0.1:${this.pagePort}`], foreground: true, directory: this.folder,
            state: this.path("state"), confirm_command: this.path("send"),
        };
        const http = { tokens: this.path("tokens"), ...config.http };
        for (const name of ["logo", "style"]) if (http[name]) http[name] = this.path(http[name]);
        this.write("dnsbld.yaml", JSON.stringify({ ...own, ...config, http }, null, 1));
    }

    async run() {
        const log = fs.openSync(this.path("log"), "a");
        this.process = spawn(this.path("dnsbld"), ["--config", this.path("dnsbld.yaml")], {
            ...NOBODY, stdio: ["ignore", log, log],
            env: { ...process.env, DNSBLD_RUN_DIRECTORY: this.folder },
        });
        fs.closeSync(log);
        running.add(this);
        this.ended = new Promise((resolve) => this.process.on("exit", resolve));
        for (const deadline = Date.now() + START_SECONDS * 1000; !(await this.isReady());) {
            if (this.process.exitCode !== null || Date.now() > deadline)
                throw new Error(`dnsbld did not start:\n${fs.readFileSync(this.path("log"), "utf8")}`);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }

    async isReady() {
        return fetch(`http://127.0.0.1:${this.apiPort}/readyz`).then((reply) => reply.ok, () => false);
    }

    kill() {
        this.process?.kill("SIGKILL");
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    // Asks it to end; fails if it does not do so with status 0.
    async stop() {
        this.process.kill("SIGTERM");
        const status = await this.ended;
        running.delete(this);
        fs.rmSync(this.folder, { recursive: true });
        if (status !== 0) throw new Error(`dnsbld ended with status ${status}`);
    }

    // The API's answer to a call, which must succeed; as an administrator, unless `anonymous`.
    async call(method, at, body, { anonymous = false } = {}) {
        const headers = { "Content-Type": "application/json" };
        if (!anonymous) headers.Authorization = `Bearer ${TOKEN}`;
        const reply = await fetch(`http://127.0.0.1:${this.apiPort}${at}`, {
            method, headers, body: body && JSON.stringify(body),
        });
        const text = await reply.text();
        if (!reply.ok) throw new Error(`${method} ${at}: ${reply.status} ${text}`);
        return text && JSON.parse(text);
    }

    // Asks for a removal, as a stranger who has the browser's address. Returns the request.
    requestRemoval(query, fields = {}) {
        return this.call("POST", "/v1/requests", { query, ...fields }, { anonymous: true });
    }

    // The removal requests for an address, as a reviewer sees them.
    async requestsFor(address) {
        const { requests } = await this.call("GET", "/v1/requests?order=newest&limit=1000");
        return requests.filter(({ query }) => query === address);
    }

    // The codes that DNS answers for an IPv4 address; "NXDOMAIN" if there are none.
    async lookUp(address, zone) {
        const resolver = new dns.Resolver({ timeout: 3000, tries: 2 }); // a new one caches nothing
        resolver.setServers([`127.0.0.1:${this.dnsPort}`]);
        try {
            return (await resolver.resolve4(`${address.split(".").reverse().join(".")}.${zone}`)).sort();
        } catch (error) {
            if (error.code === "ENOTFOUND") return "NXDOMAIN";
            throw error;
        }
    }

    // The code that was mailed for a request; waits until it has been.
    async mailedCode(id) {
        for (const deadline = Date.now() + 10000; Date.now() < deadline;) {
            for (const name of fs.readdirSync(this.path("mails")).filter((name) => !name.endsWith(".new"))) {
                const [, code, about] = fs.readFileSync(this.path(`mails/${name}`), "utf8").split("\n");
                if (about === id) return code;
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        throw new Error(`no code was mailed for ${id}`);
    }
}

function bind(socket, port, event) {
    return new Promise((resolve) => {
        socket.once("error", () => resolve(false));
        socket.once(event, () => resolve(true));
        if (event === "listening" && socket instanceof net.Server) socket.listen(port, "127.0.0.1");
        else socket.bind(port, "127.0.0.1");
    });
}

// A port that no socket uses now, for UDP and TCP, and that the kernel gives to no client meanwhile.
async function freePort() {
    for (;;) {
        const port = 10000 + Math.floor(Math.random() * 22768);
        const tcp = net.createServer();
        const udp = dgram.createSocket("udp4");
        const free = (await bind(tcp, port, "listening")) && (await bind(udp, port, "listening"));
        tcp.close();
        udp.close();
        if (free) return port;
    }
}
