package muban.clients.easysdk;

import com.alipay.easysdk.base.oauth.models.AlipaySystemOauthTokenResponse;
import com.alipay.easysdk.factory.MultipleFactory;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/** The user's login, what is sent, what the user finds, and what is refused. */
final class Sends {
  static final String SUCCESS = "success";
  static final String OVER_TIME = "40004 FORM_ID_OVER_TIME";
  private static final String METHOD = "alipay.open.app.mini.templatemessage.send";
  private static final String PAGE = "pages/index/index?id=7&from=小程序";
  private static final String DATA = "{\"keyword1\":{\"value\":\"美式 <大杯> & 糖+%20\"},\"keyword2\":{\"value\":\"36.00元 {约}\"}}";

  private final Steps steps;
  private final Native muban;
  private final App app;
  private final MultipleFactory client;
  private final JsonObject user;
  private final String openId;
  private final String template;

  Sends(Steps steps, Native muban, App app, JsonObject user, String template) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
    this.client = app.client();
    this.user = user;
    this.openId = Native.text(user, "open_id");
    this.template = template;
  }

  String form() {
    return mint("form");
  }

  private String mint(String kind) {
    return steps.needs("mint a " + kind, () -> muban.mint(app.appId(), openId, kind));
  }

  /** Sends a good message for a form or trade by some client, for an app where there is a token. */
  String send(MultipleFactory by, String formId, String appAuthToken) {
    return App.outcome(() -> {
      var messages = by.TemplateMessage();
      if (appAuthToken != null) {
        messages.agent(appAuthToken);
      }
      return messages.send(openId, formId, template, PAGE, DATA);
    });
  }

  String send(String formId) {
    return send(client, formId, null);
  }

  /** The user's authorization: the first thing that a server asks for. */
  void authorization() {
    String code = steps.needs("the user logs in", () -> muban.loginCode(app.appId(), openId));
    AlipaySystemOauthTokenResponse token = steps.needs("exchange the login code", () -> client.OAuth().getToken(code));
    steps.equal("it is the user's", token.userId, openId);
    steps.equal("exchange the same code again", App.outcome(() -> client.OAuth().getToken(code)), "40002 isv.code-invalid");
    AlipaySystemOauthTokenResponse refreshed = steps.needs("refresh the token", () -> client.OAuth().refreshToken(token.refreshToken));
    steps.equal("the new one is the user's", refreshed.userId, openId);
    steps.equal("refresh it by the old one again",
        App.outcome(() -> client.OAuth().refreshToken(token.refreshToken)), "40002 isv.refreshed-token-invalid");
  }

  void once() {
    String form = form();
    steps.equal("send", send(form), SUCCESS);
    JsonObject found = delivered(form);
    steps.equal("the message has its user", Native.text(found, "user"), openId);
    steps.equal("the message has its page", Native.text(found, "page"), PAGE);
    for (String value : new String[] {"美式 <大杯> & 糖+%20", "36.00元 {约}"}) {
      steps.equal("the message shows " + value, Native.text(found, "rendered").contains(value), true);
    }
    steps.equal("send with the same form again", send(form), OVER_TIME);
    String other = form();
    steps.equal("send to to_open_id", App.outcome(() -> client.TemplateMessage()
        .optional("to_open_id", Native.text(user, "alipay_open_id")).send("", other, template, "", DATA)), SUCCESS);
  }

  private JsonObject delivered(String form) {
    return steps.needs("the message is delivered", () -> muban.delivered(app.appId(), form));
  }

  void payment() {
    String trade = mint("payment");
    for (String use : new String[] {"first", "second", "third"}) {
      steps.equal("send with a trade number, " + use + " time", send(trade), SUCCESS);
    }
    steps.equal("send with a trade number, fourth time", send(trade), OVER_TIME);
  }

  void refusals() {
    String form = form();
    refused("an unknown template", openId, form, "no-such-template", DATA, "40004 USER_TEMPLATE_ILLEGAL");
    refused("an unknown form", openId, "bm90IGEgZm9ybQ==", template, DATA, "40004 FORM_ID_NOT_MATCH_APPID");
    refused("another user", "2088000000000000", form, template, DATA, "40004 TRADE_NO_NOT_MATCH_USERID");
    refused("a keyword less", openId, form, template, "{\"keyword1\":{\"value\":\"x\"}}", "40004 USER_TEMPLATE_LACK_KEYWORD");
    refused("a long keyword", openId, form, template,
        DATA.replace("36.00元", "长".repeat(51)), "40004 USER_KEYWORD_LENGTH_ERROR");
    refused("data that is no JSON", openId, form, template, "美式", "40002 isv.invalid-parameter");
    refused("no recipient", "", form, template, DATA, "40002 isv.invalid-parameter");
    steps.equal("a refused send spent nothing", send(form), SUCCESS);
  }

  private void refused(String step, String to, String form, String of, String data, String expected) {
    steps.equal("send with " + step, App.outcome(() -> client.TemplateMessage().send(to, form, of, PAGE, data)), expected);
  }

  /** The library's call of any method: parameters in the query, biz_content in a form or a multipart body. */
  void generic() {
    String form = form();
    Map<String, Object> content = Map.of("to_user_id", openId, "form_id", form, "user_template_id", template,
        "data", Map.of("keyword1", Map.of("value", "x"), "keyword2", Map.of("value", 7)));
    Map<String, String> notify = Map.of("notify_url", "https://example.com/?a=1&b=小");
    steps.equal("send by the generic call", App.outcome(() -> client.Generic().execute(METHOD, notify, content)), SUCCESS);
    steps.equal("the message shows its number", Native.text(delivered(form), "rendered").contains("7"), true);
    steps.equal("a method that is not there",
        App.outcome(() -> client.Generic().execute("alipay.no.such.method", null, new HashMap<>())), "40002 isv.invalid-method");
    String code = steps.needs("the user logs in again", () -> muban.loginCode(app.appId(), openId));
    Map<String, String> text = new HashMap<>(Map.of("grant_type", "authorization_code", "code", code, "名", "一 & 二=+%"));
    Path file = steps.needs("write a file", () -> Files.writeString(Files.createTempFile("easysdk", ".txt"), "一个文件"));
    steps.equal("exchange a code beside a file",
        App.outcome(() -> client.Generic().fileExecute("alipay.system.oauth.token", text, null, Map.of("file", file.toString()))), SUCCESS);
    steps.needs("delete the file", () -> Files.deleteIfExists(file));
  }

  void expiry() {
    String form = form();
    steps.needs("wait seven days", () -> muban.call("POST", "/api/v1/clock/advance", Map.of("by", "168h")));
    steps.equal("send with a form of seven days ago", send(form), OVER_TIME);
    steps.needs("delete the template", () -> muban.call("DELETE", Native.appPath(app.appId(), "templates", template), null));
    steps.equal("send with the deleted template", send(form()), "40004 USER_TEMPLATE_ILLEGAL");
  }
}
