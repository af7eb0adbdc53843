"""Takes Alipay's own SDK for Python, unmodified, through the life of a
template message against the Muban at MUBAN_URL, with the library's own check
of every answer's signature."""

import json
import os
import sys
import threading
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlsplit

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.constant.ParamConstants import P_APP_AUTH_TOKEN
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayOpenAppMiniTemplatemessageSendModel import AlipayOpenAppMiniTemplatemessageSendModel
from alipay.aop.api.exception.Exception import ResponseException
from alipay.aop.api.request.AlipayOpenAppMiniTemplatemessageSendRequest import AlipayOpenAppMiniTemplatemessageSendRequest
from alipay.aop.api.request.AlipaySystemOauthTokenRequest import AlipaySystemOauthTokenRequest
from alipay.aop.api.response.AlipayOpenAppMiniTemplatemessageSendResponse import AlipayOpenAppMiniTemplatemessageSendResponse
from alipay.aop.api.response.AlipaySystemOauthTokenResponse import AlipaySystemOauthTokenResponse
from alipay.aop.api.util import WebUtils
from Crypto.PublicKey import RSA

from native import Native
from steps import Steps

LIBRARY = "alipay-sdk-python 3.7.1411"
PAGE = "pages/index/index?id=7"
DATA = {"keyword1": {"value": "美式 <大杯> & 糖 😀"}, "keyword2": {"value": "36.00元 {约}}"}}
CHINESE = {"keyword1": {"value": "美式大杯"}, "keyword2": {"value": "36.00元"}}

SUCCESS = "10000 Success"
BAD_TEMPLATE = "40004 USER_TEMPLATE_ILLEGAL 模板非法"
OVER_TIME = "40004 FORM_ID_OVER_TIME formId超时"
ANOTHERS_FORM = "40004 FORM_ID_NOT_MATCH_APPID formId和appId不匹配"
ANOTHERS_TRADE = "40004 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人"
LACKS_KEYWORD = "40004 USER_TEMPLATE_LACK_KEYWORD 缺少关键词"
LONG_KEYWORD = "40004 USER_KEYWORD_LENGTH_ERROR 关键词超长"
CODE_INVALID = "40002 isv.code-invalid 授权码code无效"

base = os.environ.get("MUBAN_URL", "").rstrip("/")
if not base:
    sys.exit("MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080")


def give_up():
    print("not ok finish: got no end after 2 minutes, expected one", flush=True)
    os._exit(1)


limit = threading.Timer(120, give_up)
limit.daemon = True
limit.start()

# server_url stays https://openapi.alipay.com/gateway.do: a port in it is a
# TypeError in the library, which also sends the whole address in its request
# line.
muban = urlsplit(base)


def to_muban(host, port, timeout):
    return HTTPConnection(muban.hostname, muban.port, timeout=timeout)


WebUtils.httplib = SimpleNamespace(HTTPConnection=to_muban, HTTPSConnection=to_muban)

steps = Steps()
native = Native(base)


def new_keys():
    key = RSA.generate(2048)
    return key.export_key().decode(), key.public_key().export_key().decode()


private_key, public_key = new_keys()
app = steps.needs("make an app", lambda: native.create_app(LIBRARY, public_key))
app_id = app["app_id"]
user = steps.needs("make a user", lambda: native.create_user(app_id, "小明"))
template_id = steps.needs("make a template", lambda: native.create_template(
    app_id, library_id="AP9001", keyword_ids=[9001, 9002]))["template_id"]


def new_client(**change):
    config = AlipayClientConfig()
    settings = {"app_id": app_id, "app_private_key": private_key, "alipay_public_key": app["alipay_public_key"], **change}
    for name, value in settings.items():
        setattr(config, name, value)
    return DefaultAlipayClient(config)


client = new_client()


def execute(sdk, request, response):
    """What is answered, as the library reads it, or that it does not trust the
    answer."""
    try:
        response.parse_response_content(sdk.execute(request))
    except ResponseException:
        return None, "the signature is wrong"
    parts = (response.code, response.sub_code or response.msg, response.sub_msg)
    return response, " ".join(part for part in parts if part)


def send(form, sdk=client, token=None, /, **change):
    model = AlipayOpenAppMiniTemplatemessageSendModel()
    members = {"to_user_id": user["open_id"], "form_id": form, "user_template_id": template_id,
               "page": PAGE, "data": json.dumps(DATA, ensure_ascii=False)}
    for name, value in {**members, **change}.items():
        setattr(model, name, value)
    request = AlipayOpenAppMiniTemplatemessageSendRequest(biz_model=model)
    if token:
        request.add_other_text_param(P_APP_AUTH_TOKEN, token)
    return execute(sdk, request, AlipayOpenAppMiniTemplatemessageSendResponse())[1]


def mint(kind, owner=user, of=app_id):
    return native.mint(of, owner["open_id"], kind)


def begins(step, got, expected):
    steps.equal(step, got[:len(expected)], expected)


# Who the user is.
def login(**params):
    request = AlipaySystemOauthTokenRequest()
    for name, value in params.items():
        setattr(request, name, value)
    return execute(client, request, AlipaySystemOauthTokenResponse())


code = steps.needs("get a login code", lambda: native.login_code(app_id, user["open_id"]))
signed_in, outcome = login(grant_type="authorization_code", code=code)
steps.equal("exchange it", outcome, "")
steps.equal("it names the user", (signed_in.user_id, signed_in.open_id), (user["open_id"], user["alipay_open_id"]))
steps.equal("it says how long the token lives", (signed_in.expires_in, signed_in.re_expires_in), (1296000, 2592000))
refreshed, outcome = login(grant_type="refresh_token", refresh_token=signed_in.refresh_token)
steps.equal("refresh the token", outcome, "")
steps.equal("it names the same user", refreshed.user_id, user["open_id"])
steps.equal("exchange the code again", login(grant_type="authorization_code", code=code)[1], CODE_INVALID)

# A send, and what the user finds.
first = mint("form")
steps.equal("send", send(first), SUCCESS)
message = steps.needs("the message is delivered", lambda: native.delivered(app_id, first))
steps.equal("the message has its user", message["user"], user["open_id"])
steps.equal("the message has its page", message["page"], PAGE)
for entry in DATA.values():
    steps.equal(f"the message shows {entry['value']}", entry["value"] in message["rendered"], True)
steps.equal("send with the same form again", send(first), OVER_TIME)
steps.equal("send with data as an object", send(mint("form"), data=DATA), SUCCESS)
steps.equal("send to to_open_id", send(mint("form"), to_user_id=None, to_open_id=user["alipay_open_id"]), SUCCESS)
steps.equal("send signed with SHA1", send(mint("form"), new_client(sign_type="RSA")), SUCCESS)
trade = mint("payment")
for use in ("first", "second", "third"):
    steps.equal(f"send with a trade number, {use} time", send(trade), SUCCESS)
steps.equal("send with a trade number, fourth time", send(trade), OVER_TIME)

# Charsets, of the request and of its answer.
for charset in ("utf-8", "gbk", "gb2312", "gb18030"):
    sdk = new_client(charset=charset)
    form = mint("form")
    steps.equal(f"send in {charset}", send(form, sdk, data=json.dumps(CHINESE, ensure_ascii=False)), SUCCESS)
    shown = steps.needs(f"the message in {charset} is delivered", lambda: native.delivered(app_id, form))["rendered"]
    steps.equal(f"the message in {charset} shows its text", CHINESE["keyword1"]["value"] in shown, True)
    steps.equal(f"send in {charset}, refused", send(form, sdk, data=CHINESE), OVER_TIME)

# Refusals, whose signatures the library checks too, and that they spend
# nothing.
other_private, other_public = new_keys()
other = steps.needs("make another user", lambda: native.create_user(app_id, "小红"))
stranger = steps.needs("make another app", lambda: native.create_app("another app", other_public))
strange = steps.needs("make another app's user", lambda: native.create_user(stranger["app_id"], "路人"))
second = mint("form")
for name, change, expected in (
    ("an unknown template", {"user_template_id": "MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM="}, BAD_TEMPLATE),
    ("an unknown form", {"form_id": "bm90IGEgZm9ybQ=="}, ANOTHERS_FORM),
    ("an unknown trade number", {"form_id": "2017010100000000580012345678"}, ANOTHERS_TRADE),
    ("another app's form", {"form_id": mint("form", strange, stranger["app_id"])}, ANOTHERS_FORM),
    ("another user's trade number", {"form_id": mint("payment", other)}, ANOTHERS_TRADE),
    ("another user", {"to_user_id": other["open_id"]}, ANOTHERS_TRADE),
    ("a keyword less", {"data": {"keyword1": DATA["keyword1"]}}, LACKS_KEYWORD),
    ("a keyword more", {"data": {**DATA, "keyword3": {"value": "z"}}}, LACKS_KEYWORD),
    ("a long keyword", {"data": {**DATA, "keyword1": {"value": "长" * 51}}}, LONG_KEYWORD),
):
    steps.equal(f"send with {name}", send(second, **change), expected)
begins("send without a recipient", send(second, to_user_id=None), "40002 isv.invalid-parameter ")
steps.needs("take the push permission away", lambda: native.change_app(app_id, push_allowed=False))
begins("send without push permission", send(second), "40006 isv.insufficient-isv-permissions ")
steps.needs("give it back", lambda: native.change_app(app_id, push_allowed=True))
steps.equal("a refused send spent nothing", send(second), SUCCESS)

# Signatures.
third = mint("form")
begins("send signed with another key", send(third, new_client(app_private_key=other_private)), "40002 isv.invalid-signature ")
steps.equal("an answer under another app's key is not trusted",
            send(third, new_client(alipay_public_key=stranger["alipay_public_key"])), "the signature is wrong")

# Acting for another app.
agent = new_client(app_id=stranger["app_id"], app_private_key=other_private, alipay_public_key=stranger["alipay_public_key"])
token = steps.needs("authorize the other app", lambda: native.authorize(app_id, stranger["app_id"]))
fourth = mint("form")
steps.equal("send for the app", send(fourth, agent, token), SUCCESS)
steps.needs("the app's message is delivered", lambda: native.delivered(app_id, fourth))
steps.equal("send for nobody", send(mint("form"), agent), BAD_TEMPLATE)
begins("send with a token never issued", send(mint("form"), agent, "201510BBaabdb44d8fd04607abf8d5931ec75D84"),
       "20001 aop.invalid-app-auth-token ")

# A deleted template.
steps.needs("delete the template", lambda: native.delete_template(app_id, template_id))
steps.equal("send with the deleted template", send(mint("form")), BAD_TEMPLATE)

steps.end()
