# A mail server for stories: takes every mail by SMTP and writes it down, one JSON object in a line of the file that is named.
# Usage: mailbox.py FILE; the port that was taken is the first line of the standard output. Ends when its standard input does.
import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP


class Mailbox:
    """Writes mails down. Whoever is called `nobody` does not exist, and `later` has a full mailbox the first time."""

    def __init__(self, path):
        self.path = path
        self.refused = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 there is no such mailbox"
        if name == "later" and address not in self.refused:
            self.refused.add(address)
            return "452 4.2.2 the mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        mail = {
            "to": envelope.rcpt_tos,
            "from": str(message["from"]),
            "subject": str(message["subject"]),
            "text": message.get_body(("plain",)).get_content(),
            "html": message.get_body(("html",)).get_content(),
        }
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(mail) + "\n")
        return "250 OK"


async def main():
    loop = asyncio.get_running_loop()
    mailbox = Mailbox(sys.argv[1])
    server = await loop.create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
