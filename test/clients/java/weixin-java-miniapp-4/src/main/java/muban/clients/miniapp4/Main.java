package muban.clients.miniapp4;

import cn.binarywang.wx.miniapp.api.WxMaService;
import cn.binarywang.wx.miniapp.bean.WxMaJscode2SessionResult;
import cn.binarywang.wx.miniapp.bean.WxMaTemplateData;
import cn.binarywang.wx.miniapp.bean.WxMaUniformMessage;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/**
 * Takes weixin-java-miniapp 4, unmodified, through what it still has of template
 * messages against the Muban at MUBAN_URL: uniform_send, in both halves. The
 * native API makes the templates.
 */
public final class Main {
  private static final String SENT = "sent";
  private static final String WRONG_SECRET = "40125 invalid appsecret";
  private static final String USED_CODE = "40163 code been used";
  private static final String SPENT_FORM = "41029 form id used count reach limit";
  private static final String UNKNOWN_TEMPLATE = "40037 invalid template_id";

  private final Steps steps = new Steps();
  private final Native muban = new Native(Steps.mubanUrl());
  private App app;

  public static void main(String[] arguments) {
    Main main = new Main();
    main.setUp();
    main.tokens();
    main.session();
    main.miniProgram();
    main.officialAccount();
    main.steps.end();
  }

  private void setUp() {
    JsonObject made = steps.needs("make an app", () -> muban.createApp(
        Map.of("platform", "wechat-mini", "name", "weixin-java-miniapp 4")));
    String appId = Native.text(made, "app_id");
    JsonObject user = steps.needs("make a user", () -> muban.createUser(appId, Map.of("name", "小明", "union_id", "oMing")));
    app = new App(appId, Native.text(made, "secret"), Native.text(user, "open_id"));
  }

  private void tokens() {
    steps.equal("token with a wrong secret is refused",
        App.outcome(App.service(app.appId(), "not-the-secret", false)::getAccessToken), WRONG_SECRET);
    String first = steps.needs("token", () -> app.service().getAccessToken());
    steps.equal("the token is kept", App.outcome(() -> app.service().getAccessToken().equals(first)), "true");
    WxMaService stable = App.service(app.appId(), app.secret(), true);
    steps.equal("the stable token is another one", App.outcome(() -> stable.getAccessToken().equals(first)), "false");
  }

  private void session() {
    String code = steps.needs("the user logs in", () -> muban.loginCode(app.appId(), app.openId()));
    WxMaJscode2SessionResult session = steps.needs("code2session", () -> app.service().jsCode2SessionInfo(code));
    steps.equal("code2session has the user", session.getOpenid() + " " + session.getUnionid(), app.openId() + " oMing");
    steps.equal("code2session with the same code again", App.outcome(() -> app.service().jsCode2SessionInfo(code)), USED_CODE);
  }

  private String send(WxMaUniformMessage message) {
    return App.outcome(() -> {
      app.service().getMsgService().sendUniformMsg(message);
      return SENT;
    });
  }

  private void miniProgram() {
    String template = steps.needs("make a template", () -> muban.createTemplate(
        app.appId(), Map.of("library_id", "AT0002", "keyword_ids", List.of(5, 3, 4))));
    String form = mint();
    steps.equal("uniform send", send(message(template, form)), SENT);
    JsonObject found = steps.needs("the message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("the message has its page", Native.text(found, "page"), "index?foo=bar");
    steps.equal("the message shows its text", Native.text(found, "rendered").contains("拿铁"), true);
    steps.equal("uniform send with the same form again", send(message(template, form)), SPENT_FORM);
    String next = mint();
    steps.equal("uniform send with a bad template", send(message("no-such-template", next)), UNKNOWN_TEMPLATE);
    steps.needs("revoke the app's tokens", () -> {
      muban.revokeTokens(app.appId());
      return null;
    });
    steps.equal("uniform send with a dead token recovers by itself", send(message(template, next)), SENT);
  }

  private String mint() {
    return steps.needs("mint a form", () -> muban.mint(app.appId(), app.openId(), "form"));
  }

  private WxMaUniformMessage message(String template, String form) {
    return WxMaUniformMessage.builder().toUser(app.openId()).templateId(template).formId(form).page("index?foo=bar")
        .data(List.of(new WxMaTemplateData("keyword1", "拿铁"))).build();
  }

  /** A message of the account that has the app linked, to the same person. */
  private void officialAccount() {
    JsonObject made = steps.needs("make an account that links the app", () -> muban.createApp(
        Map.of("platform", "wechat-oa", "name", "weixin-java-miniapp 4", "linked_apps", List.of(app.appId()))));
    String account = Native.text(made, "app_id");
    JsonObject follower = steps.needs("make the same person a follower", () -> muban.createUser(
        account, Map.of("name", "小明", "union_id", "oMing")));
    String template = steps.needs("make the account's template", () -> muban.createTemplate(account, Map.of("library_id", "TM00015")));
    WxMaUniformMessage message = WxMaUniformMessage.builder().isMpTemplateMsg(true).toUser(app.openId()).appid(account)
        .templateId(template).url("https://example.com/order")
        .miniProgram(new WxMaUniformMessage.MiniProgram(app.appId(), "index?foo=bar", false, true))
        .data(List.of(new WxMaTemplateData("first", "您好", "#173177"))).build();
    steps.equal("uniform send for the account", send(message), SENT);
    JsonObject found = steps.needs("read the follower's inbox", () -> muban.inbox(account, Native.text(follower, "open_id")))
        .getAsJsonArray("items").get(0).getAsJsonObject();
    steps.equal("it shows its text", Native.text(found, "rendered").startsWith("您好"), true);
    steps.equal("it leads to the app's page", Native.text(found.getAsJsonObject("miniprogram"), "pagepath"), "index?foo=bar");
  }
}
