"""A mini program's template message, from the library to its deletion."""

from clients import LIBRARY, new_client, outcome

TITLE = "购买成功通知"
CONTENT = "物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n"
DATA = {
    "keyword1": {"value": "美式 <大杯> & 糖", "color": "#173177"},
    "keyword2": {"value": "TIT造舰厂\n\"二楼\""},
    "keyword3": {"value": "2019年4月2日"},
}

WRONG_SECRET = "40125 invalid appsecret"
DEAD_TOKEN = "40001 invalid credential, access_token is invalid or not latest"
UNKNOWN_TITLE = "40097 invalid args"
UNKNOWN_TEMPLATE = "40037 invalid template_id"
UNKNOWN_KEYWORD = "45075 invalid keyword id"
UNKNOWN_FORM = "41028 invalid form id"
SPENT_FORM = "41029 form id used count reach limit"


def mini_program(base, native, steps):
    app = steps.needs("make a mini program", lambda: native.create_app("wechat-mini", LIBRARY))
    app_id = app["app_id"]
    open_id = steps.needs("make a user", lambda: native.create_user(app_id, "小明"))["open_id"]
    client = new_client(base, app)

    # Tokens.
    wrong = new_client(base, app, secret="not-the-secret")
    steps.equal("token with a wrong secret is refused", outcome(wrong.fetch_access_token), WRONG_SECRET)
    token = steps.needs("token", lambda: client.access_token)
    steps.equal("the token is kept", client.access_token, token)

    # The library, and a template made from it.
    titles, total = {}, 1
    while len(titles) < total:
        page = steps.needs(f"library list from {len(titles)}", lambda: client.wxa.list_library_templates(len(titles), 20))
        titles.update({title["id"]: title["title"] for title in page["list"]})
        total = page["total_count"]
    steps.equal("the library has the title of seed 003", titles.get("AT0002"), TITLE)
    keywords = steps.needs("library get", lambda: client.wxa.get_library_template("AT0002"))["keyword_list"]
    names = {keyword["keyword_id"]: keyword["name"] for keyword in keywords}
    steps.equal("library get has its keywords", [names.get(k) for k in (3, 4, 5)], ["购买地点", "购买时间", "物品名称"])
    steps.equal("library get of an unknown title", outcome(lambda: client.wxa.get_library_template("AT9999")), UNKNOWN_TITLE)
    template_id = steps.needs("template add", lambda: client.wxa.add_template("AT0002", [5, 3, 4]))
    steps.equal("template add with an unknown keyword",
                outcome(lambda: client.wxa.add_template("AT0002", [5, 999])), UNKNOWN_KEYWORD)
    own = steps.needs("template list", lambda: client.wxa.list_templates(0, 20))
    steps.equal("template list has the one template",
                [(t["template_id"], t["title"], t["content"]) for t in own], [(template_id, TITLE, CONTENT)])

    # A send, and what the user finds.
    def form():
        return native.mint(app_id, open_id, "form")

    def send(template, form_id, **optional):
        return outcome(lambda: client.wxa.send_template_message(open_id, template, DATA, form_id, **optional))

    first = form()
    steps.equal("send", send(template_id, first, page="index?foo=bar", color="#FF0000", emphasis_keyword="keyword1.DATA"), "ok")
    message = steps.needs("the message is delivered", lambda: native.delivered(app_id, first))
    steps.equal("the message has its user", message["user"], open_id)
    steps.equal("the message has its template", message["template_id"], template_id)
    steps.equal("the message has its page", message["page"], "index?foo=bar")
    steps.equal("the message has its emphasis", message["emphasis_keyword"], "keyword1.DATA")
    steps.equal("the message has its data", message["data"], DATA)
    inbox = steps.needs("read the user's inbox", lambda: native.inbox(app_id, open_id))
    steps.equal("the inbox holds this message only", [item["id"] for item in inbox["items"]], [message["id"]])
    steps.equal("send with the same form again", send(template_id, first), SPENT_FORM)

    # Refusals, and that they spend nothing.
    second = form()
    steps.equal("send with a bad template", send("no-such-template", second), UNKNOWN_TEMPLATE)
    steps.equal("send with an unknown form", send(template_id, "the formId is a mock one"), UNKNOWN_FORM)
    steps.equal("send with nothing optional", send(template_id, second), "ok")

    # A revoked token: the library fetches a new one on 40001 and tries again,
    # unless it is told not to.
    third = form()
    once = new_client(base, app, auto_retry=False)
    steps.needs("token of a client that does not retry", lambda: once.access_token)
    steps.needs("revoke the app's tokens", lambda: native.revoke_tokens(app_id))
    steps.equal("send with a dead token, without retry",
                outcome(lambda: once.wxa.send_template_message(open_id, template_id, DATA, third)), DEAD_TOKEN)
    steps.equal("send with a dead token recovers by itself", send(template_id, third), "ok")
    steps.equal("the token was replaced", client.access_token != token, True)

    # A deleted template.
    steps.equal("template del", outcome(lambda: client.wxa.del_template(template_id)), "ok")
    steps.equal("template del again", outcome(lambda: client.wxa.del_template(template_id)), UNKNOWN_TEMPLATE)
    steps.equal("template list is empty", steps.needs("template list after del", client.wxa.list_templates), [])
    steps.equal("send with the deleted template", send(template_id, form()), UNKNOWN_TEMPLATE)
