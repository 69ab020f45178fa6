#!/usr/bin/python3
"""A mail server for the tests: server.py FOLDER plain|starttls|tls. Prints its port; keeps each letter as FOLDER/<n>, with the envelope before it.
Takes letters of the user "school" with the password "пароль почты" alone; refuses all to nobody@school.example."""
import asyncio
import os
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keep:
    def __init__(self, folder):
        self.folder = folder
        self.n = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.n += 1
        with open(os.path.join(self.folder, "new"), "wb") as f:
            f.write(("from %s to %s tls %s\n" % (envelope.mail_from, ",".join(envelope.rcpt_tos), session.ssl is not None)).encode())
            f.write(envelope.content)
        os.rename(os.path.join(self.folder, "new"), os.path.join(self.folder, str(self.n)))
        return "250 taken"


def allowed(server, session, envelope, mechanism, data):
    good = data.login == b"school" and data.password == "пароль почты".encode()
    return AuthResult(success=good)


def main(folder, how):
    cert, key = folder + "/cert.pem", folder + "/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    handler = Keep(folder)

    def session():
        if how == "plain":
            return SMTP(handler)
        return SMTP(handler, tls_context=context if how == "starttls" else None, require_starttls=how == "starttls", authenticator=allowed,
                    auth_required=True, auth_require_tls=how == "starttls")

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if how == "tls" else None)
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)

    asyncio.run(serve())


main(*sys.argv[1:])
