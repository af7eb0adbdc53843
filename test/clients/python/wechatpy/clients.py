"""wechatpy's client, pointed at Muban."""

import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

LIBRARY = "wechatpy 1.8.18"
PLATFORM = "https://api.weixin.qq.com/"


class Redirect(HTTPAdapter):
    """Sends to another server what is addressed to the platform. The library
    has settings for the base URLs of its calls, but not for the token's."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def send(self, request, **kwargs):
        request.url = request.url.replace(PLATFORM, self.base + "/", 1)
        return super().send(request, **kwargs)


def new_client(base, app, secret=None, auto_retry=True):
    client = WeChatClient(app["app_id"], secret or app["secret"], timeout=10, auto_retry=auto_retry)
    client._http.mount(PLATFORM, Redirect(base))
    return client


def outcome(call):
    """"ok", or the code and the text of the refusal without the request's id."""
    try:
        call()
    except WeChatClientException as error:
        return f"{error.errcode} {error.errmsg}".split(" rid: ")[0]
    except requests.RequestException as error:
        return str(error)
    return "ok"
