"""An account's server that leaves signatures, encryption and XML to wechatpy."""

import queue
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import EmptyReply, create_reply
from wechatpy.utils import check_signature

TOKEN = "wechatpy-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Receiver:
    def __init__(self, app_id):
        self.events = queue.Queue()
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, app_id)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/wechat"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def next(self):
        """Waits for a push: how it was encrypted, and the event."""
        try:
            got = self.events.get(timeout=10)
        except queue.Empty:
            raise RuntimeError("no push came within 10 seconds") from None
        if isinstance(got, Exception):
            raise got
        return got

    def take(self, query, body):
        """Reads a push and answers what to reply."""
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        encryption = query.get("encrypt_type")
        if encryption is None:
            event = parse_message(body)
            self.events.put((None, event))
            return "success"
        signed = query["msg_signature"], query["timestamp"], query["nonce"]
        event = parse_message(self.crypto.decrypt_message(body, *signed))
        self.events.put((encryption, event))
        # What a server says that has something to say, and one that has not.
        reply = create_reply("谢谢", event) if event.status == "success" else EmptyReply()
        return self.crypto.encrypt_message(reply.render(), query["nonce"], query["timestamp"])

    def _handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def query(self):
                return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))

            def answer(self, text):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_GET(self):
                query = self.query()
                check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
                self.answer(query["echostr"])

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    text = receiver.take(self.query(), body)
                except Exception as error:
                    receiver.events.put(error)
                    raise
                self.answer(text)

            def log_message(self, *_):
                """Says nothing: the steps say what came."""

        return Handler
