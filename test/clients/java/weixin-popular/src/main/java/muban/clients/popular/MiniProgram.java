package muban.clients.popular;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;
import weixin.popular.api.MessageAPI;
import weixin.popular.api.SnsAPI;
import weixin.popular.api.TokenAPI;
import weixin.popular.api.WxopenAPI;
import weixin.popular.bean.message.templatemessage.TemplateMessageItem;
import weixin.popular.bean.message.templatemessage.WxopenTemplateMessage;
import weixin.popular.bean.sns.Jscode2sessionResult;
import weixin.popular.bean.token.Token;
import weixin.popular.bean.wxopen.TemplateLibraryGetResult;
import weixin.popular.bean.wxopen.TemplateLibraryListResult;
import weixin.popular.bean.wxopen.TemplateListItem;

/** The life of a mini program's template message. */
final class MiniProgram {
  // The library's title and keywords of seed 003, and the template they make.
  private static final String TITLE_ID = "AT0002";
  private static final String TITLE = "购买成功通知";
  private static final List<Integer> KEYWORD_IDS = List.of(5, 3, 4);
  private static final String CONTENT = "物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n";

  private static final String UNKNOWN_CODE = "40029 invalid code";
  private static final String USED_CODE = "40163 code been used";
  private static final String UNKNOWN_TITLE = "40097 invalid args";
  private static final String UNKNOWN_KEYWORD = "45075 invalid keyword id";
  private static final String UNKNOWN_FORM = "41028 invalid form id";
  private static final String SPENT_FORM = "41029 form id used count reach limit";

  private final Steps steps;
  private final Native muban;
  private final String appId;
  private final String secret;
  private final String openId;
  private String token;

  MiniProgram(Steps steps, Native muban) {
    this.steps = steps;
    this.muban = muban;
    JsonObject made = steps.needs("make a mini program", () -> muban.createApp(
        Map.of("platform", "wechat-mini", "name", "weixin-popular")));
    appId = Native.text(made, "app_id");
    secret = Native.text(made, "secret");
    openId = Native.text(
        steps.needs("make a user", () -> muban.createUser(appId, Map.of("name", "小明", "union_id", "oPopular"))), "open_id");
  }

  String appId() {
    return appId;
  }

  void run() {
    steps.equal("token with a wrong secret is refused", Main.outcome(() -> TokenAPI.token(appId, "not-the-secret")), Main.WRONG_SECRET);
    Token issued = steps.needs("token", () -> TokenAPI.token(appId, secret));
    steps.equal("the token lives two hours", issued.getExpires_in(), 7200);
    token = issued.getAccess_token();
    session();
    library();
    String templateId = templates();
    sends(templateId);
    deadToken(templateId);
    steps.equal("template del", Main.outcome(() -> WxopenAPI.templateDel(token, templateId)), Main.OK);
    steps.equal("template del again", Main.outcome(() -> WxopenAPI.templateDel(token, templateId)), Main.UNKNOWN_TEMPLATE);
    steps.equal("template list is empty", own().size(), 0);
    steps.equal("send with the deleted template", send(message(templateId, mint("form"))), Main.UNKNOWN_TEMPLATE);
  }

  private void session() {
    String code = steps.needs("the user logs in", () -> muban.loginCode(appId, openId));
    Jscode2sessionResult session = steps.needs("code2session", () -> SnsAPI.jscode2session(appId, secret, code));
    steps.equal("code2session has the user", session.getOpenid() + " " + session.getUnionid(), openId + " oPopular");
    steps.equal("code2session has a key of 16 bytes", Base64.getDecoder().decode(session.getSession_key()).length, 16);
    steps.equal("code2session with the same code again", Main.outcome(() -> SnsAPI.jscode2session(appId, secret, code)), USED_CODE);
    steps.equal("code2session with a code never issued",
        Main.outcome(() -> SnsAPI.jscode2session(appId, secret, "nonsense")), UNKNOWN_CODE);
  }

  private void library() {
    TemplateLibraryListResult first = steps.needs("library list", () -> WxopenAPI.templateLibraryList(token, 0, 20));
    Map<String, String> titles = new HashMap<>();
    for (int offset = 0; offset < first.getTotal_count(); offset += 20) {
      int from = offset;
      steps.needs("library list from " + offset, () -> WxopenAPI.templateLibraryList(token, from, 20))
          .getList().forEach(item -> titles.put(item.getId(), item.getTitle()));
    }
    steps.equal("library list has as many titles as it says", titles.size(), first.getTotal_count());
    steps.equal("library list has the title", titles.get(TITLE_ID), TITLE);
    TemplateLibraryGetResult title = steps.needs("library get", () -> WxopenAPI.templateLibraryGet(token, TITLE_ID));
    Map<Integer, String> names = new HashMap<>();
    title.getKeyword_list().forEach(keyword -> names.put(keyword.getKeyword_id(), keyword.getName()));
    steps.equal("library get has the keywords", names.get(3) + " " + names.get(4) + " " + names.get(5), "购买地点 购买时间 物品名称");
    steps.equal("library get of an unknown title", Main.outcome(() -> WxopenAPI.templateLibraryGet(token, "AT9999")), UNKNOWN_TITLE);
  }

  /** Adds a template and answers its id. */
  private String templates() {
    steps.equal("template add with an unknown keyword",
        Main.outcome(() -> WxopenAPI.templateAdd(token, TITLE_ID, List.of(5, 99))), UNKNOWN_KEYWORD);
    String id = steps.needs("template add", () -> WxopenAPI.templateAdd(token, TITLE_ID, KEYWORD_IDS)).getTemplate_id();
    List<TemplateListItem> own = own();
    if (steps.equal("template list has the one template", own.size(), 1)) {
      steps.equal("template list has its id", own.get(0).getTemplate_id(), id);
      steps.equal("template list has its title", own.get(0).getTitle(), TITLE);
      steps.equal("template list has its content", own.get(0).getContent(), CONTENT);
    }
    return id;
  }

  private List<TemplateListItem> own() {
    return steps.needs("template list", () -> WxopenAPI.templateList(token, 0, 20)).getList();
  }

  /** Has the user submit a form or pay, and answers what may be sent for it. */
  private String mint(String kind) {
    return steps.needs("mint a " + kind, () -> muban.mint(appId, openId, kind));
  }

  private WxopenTemplateMessage message(String templateId, String formId) {
    WxopenTemplateMessage message = new WxopenTemplateMessage();
    message.setTouser(openId);
    message.setTemplate_id(templateId);
    message.setForm_id(formId);
    message.setPage("index?foo=bar");
    message.setEmphasis_keyword("keyword1.DATA");
    message.setData(new LinkedHashMap<>(Map.of(
        "keyword1", new TemplateMessageItem("美式 <大杯> & 糖", "#173177"),
        "keyword2", new TemplateMessageItem("TIT造舰厂\n\"二楼\"", null))));
    return message;
  }

  private String send(WxopenTemplateMessage message) {
    return Main.outcome(() -> MessageAPI.messageWxopenTemplateSend(token, message));
  }

  private void sends(String templateId) {
    String form = mint("form");
    steps.equal("send", send(message(templateId, form)), Main.OK);
    JsonObject found = steps.needs("the message is delivered", () -> muban.delivered(appId, form));
    steps.equal("the message has its page", Native.text(found, "page"), "index?foo=bar");
    steps.equal("the message has its emphasis", Native.text(found, "emphasis_keyword"), "keyword1.DATA");
    JsonObject keyword = found.getAsJsonObject("data").getAsJsonObject("keyword1");
    steps.equal("the message has a keyword's colour", Native.text(keyword, "color"), "#173177");
    steps.equal("the message shows its text", Native.text(found, "rendered"),
        "物品名称美式 <大杯> & 糖\n购买地点TIT造舰厂\n\"二楼\"\n购买时间\n");
    JsonArray inbox = steps.needs("read the user's inbox", () -> muban.inbox(appId, openId)).getAsJsonArray("items");
    steps.equal("the inbox holds one message", inbox.size(), 1);
    steps.equal("send with the same form again", send(message(templateId, form)), SPENT_FORM);

    WxopenTemplateMessage bare = message(templateId, mint("form"));
    bare.setPage(null);
    bare.setEmphasis_keyword(null);
    bare.setData(null);
    steps.equal("send with nothing optional", send(bare), Main.OK);

    WxopenTemplateMessage stranger = message(templateId, mint("form"));
    stranger.setTouser("onobody");
    steps.equal("send to nobody", send(stranger), Main.UNKNOWN_OPEN_ID);
    stranger.setTouser(openId);
    stranger.setTemplate_id("no-such-template");
    steps.equal("send with a bad template", send(stranger), Main.UNKNOWN_TEMPLATE);
    stranger.setTemplate_id(templateId);
    steps.equal("a refused send spent nothing", send(stranger), Main.OK);
    steps.equal("send with an unknown form", send(message(templateId, "the formId is a mock one")), UNKNOWN_FORM);

    String payment = mint("payment");
    for (String use : new String[] {"first", "second", "third"}) {
      steps.equal("send with a payment, " + use + " time", send(message(templateId, payment)), Main.OK);
    }
    steps.equal("send with a payment, fourth time", send(message(templateId, payment)), SPENT_FORM);
  }

  /** The library leaves tokens to its caller. */
  private void deadToken(String templateId) {
    String form = mint("form");
    steps.needs("revoke the app's tokens", () -> {
      muban.revokeTokens(appId);
      return null;
    });
    steps.equal("send with a dead token", send(message(templateId, form)), Main.DEAD_TOKEN);
    token = steps.needs("fetch a token", () -> TokenAPI.token(appId, secret)).getAccess_token();
    steps.equal("send with the fresh token", send(message(templateId, form)), Main.OK);
  }
}
