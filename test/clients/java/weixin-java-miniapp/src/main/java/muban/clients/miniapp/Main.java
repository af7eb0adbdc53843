package muban.clients.miniapp;

import cn.binarywang.wx.miniapp.bean.WxMaJscode2SessionResult;
import cn.binarywang.wx.miniapp.bean.template.WxMaTemplateLibraryGetResult;
import cn.binarywang.wx.miniapp.bean.template.WxMaTemplateLibraryListResult;
import cn.binarywang.wx.miniapp.bean.template.WxMaTemplateListResult;
import com.google.gson.JsonObject;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/**
 * Takes weixin-java-miniapp, unmodified and in its last version with template
 * messages, through the whole life of a mini program's template message against
 * the Muban at MUBAN_URL.
 */
public final class Main {
  // The library's title and keywords of seed 003, and the template they make.
  private static final String TITLE_ID = "AT0002";
  static final String TITLE = "购买成功通知";
  private static final List<Integer> KEYWORD_IDS = List.of(5, 3, 4);
  private static final String CONTENT = "物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n";

  // The refusals, as the platform words them.
  private static final String WRONG_SECRET = "40125 invalid appsecret";
  private static final String UNKNOWN_CODE = "40029 invalid code";
  private static final String USED_CODE = "40163 code been used";
  private static final String UNKNOWN_TITLE = "40097 invalid args";
  private static final String UNKNOWN_KEYWORD = "45075 invalid keyword id";
  static final String UNKNOWN_TEMPLATE = "40037 invalid template_id";

  private final Steps steps = new Steps();
  private final Native muban = new Native(Steps.mubanUrl());
  private App app;

  public static void main(String[] arguments) {
    Main main = new Main();
    main.setUp();
    main.tokens();
    main.session();
    main.library();
    String templateId = main.templates();
    Sends sends = new Sends(main.steps, main.muban, main.app, templateId);
    sends.once();
    sends.refusals();
    sends.payment();
    sends.deadToken();
    Uniform uniform = new Uniform(main.steps, main.muban, main.app);
    uniform.ofMiniProgram(templateId);
    uniform.ofOfficialAccount();
    main.deletion(templateId, sends);
    main.steps.end();
  }

  private void setUp() {
    JsonObject made = steps.needs("make an app", () -> muban.createApp(
        Map.of("platform", "wechat-mini", "name", "weixin-java-miniapp")));
    String appId = Native.text(made, "app_id");
    JsonObject user = steps.needs("make a user", () -> muban.createUser(appId, Map.of("name", "小明", "union_id", "oMing")));
    app = new App(appId, Native.text(made, "secret"), Native.text(user, "open_id"));
  }

  private void tokens() {
    steps.equal("token with a wrong secret is refused",
        App.outcome(App.service(app.appId(), "not-the-secret")::getAccessToken), WRONG_SECRET);
    String first = steps.needs("token", () -> app.service().getAccessToken());
    steps.equal("the token is kept", App.outcome(() -> app.service().getAccessToken().equals(first)), "true");
    steps.equal("a forced token is another one",
        App.outcome(() -> app.service().getAccessToken(true).equals(first)), "false");
  }

  private void session() {
    String code = steps.needs("the user logs in", () -> muban.loginCode(app.appId(), app.openId()));
    WxMaJscode2SessionResult session = steps.needs("code2session", () -> app.service().getUserService().getSessionInfo(code));
    steps.equal("code2session has the user", session.getOpenid() + " " + session.getUnionid(), app.openId() + " oMing");
    steps.equal("code2session has a key of 16 bytes", Base64.getDecoder().decode(session.getSessionKey()).length, 16);
    steps.equal("code2session with the same code again",
        App.outcome(() -> app.service().getUserService().getSessionInfo(code)), USED_CODE);
    steps.equal("code2session with a code never issued",
        App.outcome(() -> app.service().getUserService().getSessionInfo("nonsense")), UNKNOWN_CODE);
  }

  private void library() {
    WxMaTemplateLibraryListResult first = steps.needs("library list", () -> app.templates().findTemplateLibraryList(0, 20));
    steps.equal("library list fills a page", first.getList().size(), 20);
    Map<String, String> titles = new HashMap<>();
    for (int offset = 0; offset < first.getTotalCount(); offset += 20) {
      int from = offset;
      steps.needs("library list from " + offset, () -> app.templates().findTemplateLibraryList(from, 20))
          .getList().forEach(item -> titles.put(item.getId(), item.getTitle()));
    }
    steps.equal("library list has as many titles as it says", titles.size(), first.getTotalCount());
    steps.equal("library list has the title", titles.get(TITLE_ID), TITLE);

    WxMaTemplateLibraryGetResult title = steps.needs("library get", () -> app.templates().findTemplateLibraryKeywordList(TITLE_ID));
    steps.equal("library get has the title", title.getId() + " " + title.getTitle(), TITLE_ID + " " + TITLE);
    Map<Integer, String> names = new HashMap<>();
    title.getKeywordList().forEach(keyword -> names.put(keyword.getKeywordId(), keyword.getName()));
    steps.equal("library get has the keywords", names.get(3) + " " + names.get(4) + " " + names.get(5), "购买地点 购买时间 物品名称");
    steps.equal("library get of an unknown title",
        App.outcome(() -> app.templates().findTemplateLibraryKeywordList("AT9999")), UNKNOWN_TITLE);
  }

  /** Adds a template and answers its id. */
  private String templates() {
    steps.equal("template add with an unknown keyword",
        App.outcome(() -> app.templates().addTemplate(TITLE_ID, List.of(5, 99))), UNKNOWN_KEYWORD);
    String id = steps.needs("template add", () -> app.templates().addTemplate(TITLE_ID, KEYWORD_IDS)).getTemplateId();
    List<WxMaTemplateListResult.TemplateInfo> own =
        steps.needs("template list", () -> app.templates().findTemplateList(0, 20)).getList();
    if (steps.equal("template list has the one template", own.size(), 1)) {
      steps.equal("template list has its id", own.get(0).getTemplateId(), id);
      steps.equal("template list has its title", own.get(0).getTitle(), TITLE);
      steps.equal("template list has its content", own.get(0).getContent(), CONTENT);
      steps.equal("template list has an example", own.get(0).getExample().startsWith("物品名称:"), true);
    }
    return id;
  }

  private void deletion(String templateId, Sends sends) {
    steps.equal("template del", App.outcome(() -> app.templates().delTemplate(templateId)), "true");
    steps.equal("template del again", App.outcome(() -> app.templates().delTemplate(templateId)), UNKNOWN_TEMPLATE);
    steps.equal("template list is empty", App.outcome(() -> app.templates().findTemplateList(0, 20).getList()), "[]");
    steps.equal("send with the deleted template", sends.send(templateId, sends.mint("form")), UNKNOWN_TEMPLATE);
  }
}
