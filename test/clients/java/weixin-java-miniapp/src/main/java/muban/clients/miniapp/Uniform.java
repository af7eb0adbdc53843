package muban.clients.miniapp;

import cn.binarywang.wx.miniapp.bean.WxMaTemplateData;
import cn.binarywang.wx.miniapp.bean.WxMaUniformMessage;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/** The call that sends a mini program's message or an official account's. */
final class Uniform {
  private final Steps steps;
  private final Native muban;
  private final App app;

  Uniform(Steps steps, Native muban, App app) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
  }

  private String send(WxMaUniformMessage message) {
    return App.outcome(() -> {
      app.messages().sendUniformMsg(message);
      return Sends.SENT;
    });
  }

  void ofMiniProgram(String templateId) {
    String form = steps.needs("mint a form", () -> muban.mint(app.appId(), app.openId(), "form"));
    WxMaUniformMessage message = WxMaUniformMessage.builder().toUser(app.openId()).templateId(templateId).formId(form)
        .page("index").emphasisKeyword("").data(List.of(new WxMaTemplateData("keyword1", "拿铁"))).build();
    steps.equal("uniform send", send(message), Sends.SENT);
    JsonObject found = steps.needs("the uniform message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("the uniform message shows its text", Native.text(found, "rendered").contains("拿铁"), true);
    steps.equal("uniform send with the same form again", send(message), Sends.SPENT_FORM);
  }

  /** A message of the account that has the app linked, to the same person. */
  void ofOfficialAccount() {
    JsonObject made = steps.needs("make an account that links the app", () -> muban.createApp(
        Map.of("platform", "wechat-oa", "name", "weixin-java-miniapp", "linked_apps", List.of(app.appId()))));
    String account = Native.text(made, "app_id");
    JsonObject follower = steps.needs("make the same person a follower", () -> muban.createUser(
        account, Map.of("name", "小明", "union_id", "oMing")));
    String template = steps.needs("make the account's template", () -> muban.createTemplate(account, Map.of("library_id", "TM00015")));
    // The library spells the page's name in three ways.
    leadsTo("uniform send for the account, pagepath", account, follower, template, false, false);
    leadsTo("uniform send for the account, path", account, follower, template, true, false);
    leadsTo("uniform send for the account, pagePath", account, follower, template, false, true);
  }

  private void leadsTo(String step, String account, JsonObject follower, String template, boolean path, boolean pagePath) {
    WxMaUniformMessage message = WxMaUniformMessage.builder().isMpTemplateMsg(true).toUser(app.openId()).appid(account)
        .templateId(template).url("https://example.com/order")
        .miniProgram(new WxMaUniformMessage.MiniProgram(app.appId(), "index?foo=bar", path, pagePath))
        .data(List.of(new WxMaTemplateData("first", "您好", "#173177"))).build();
    steps.equal(step, send(message), Sends.SENT);
    String openId = Native.text(follower, "open_id");
    JsonObject found = steps.needs("read the follower's inbox", () -> muban.inbox(account, openId))
        .getAsJsonArray("items").get(0).getAsJsonObject();
    JsonObject mini = found.getAsJsonObject("miniprogram");
    steps.equal("it leads to the app's page", Native.text(mini, "appid") + " " + Native.text(mini, "pagepath"), app.appId() + " index?foo=bar");
    steps.equal("it shows its text", Native.text(found, "rendered").startsWith("您好"), true);
  }
}
