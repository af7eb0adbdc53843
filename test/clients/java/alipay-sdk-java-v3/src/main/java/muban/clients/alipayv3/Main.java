package muban.clients.alipayv3;

import com.alipay.v3.ApiClient;
import com.alipay.v3.ApiException;
import com.alipay.v3.api.AlipayOpenAppMiniTemplatemessageApi;
import com.alipay.v3.api.AlipaySystemOauthApi;
import com.alipay.v3.model.AlipayOpenAppMiniTemplatemessageSendModel;
import com.alipay.v3.model.AlipaySystemOauthTokenModel;
import com.alipay.v3.model.AlipaySystemOauthTokenResponseModel;
import com.alipay.v3.util.AlipayLogger;
import com.alipay.v3.util.GenericExecuteApi;
import com.alipay.v3.util.model.CustomizedParams;
import com.alipay.v3.util.model.OpenApiGenericRequest;
import com.google.gson.JsonObject;
import java.security.KeyPair;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import muban.clients.Native;
import muban.clients.Steps;

/**
 * Takes alipay-sdk-java-v3, unmodified, through the life of a template message
 * against the Muban at MUBAN_URL, with the library's own check of every answer's
 * signature, those of refusals too.
 */
public final class Main {
  private static final String SUCCESS = "200 {}";
  private static final String OVER_TIME = "400 FORM_ID_OVER_TIME formId超时";
  private static final String PAGE = "pages/index/index?id=7";
  private static final String DATA = "{\"keyword1\":{\"value\":\"美式 <大杯> & 糖\"},\"keyword2\":{\"value\":\"36.00元 {约\"}}";

  private final Steps steps = new Steps();
  private final Native muban = new Native(Steps.mubanUrl());
  private final KeyPair others = steps.needs("make another's keys", App::newKeys);
  private final App app = steps.needs("make an app", () -> App.make(muban, "alipay-sdk-java-v3", App.newKeys()));
  private final JsonObject user = steps.needs("make a user", () -> muban.createUser(app.appId(), Map.of("name", "小明")));
  private final String template = steps.needs("make a template",
      () -> muban.createTemplate(app.appId(), Map.of("library_id", "AP9001", "keyword_ids", List.of(9001, 9002))));

  public static void main(String[] arguments) throws Exception {
    AlipayLogger.setNeedEnableLogger(false);
    new Main().run();
  }

  private void run() throws Exception {
    ApiClient client = app.client(config -> { });
    login(new AlipaySystemOauthApi(client));
    form(client);
    refusals(client);
    signatures();
    certificates();
    actingForAnother(client);
    encryption();
    steps.end();
  }

  private void login(AlipaySystemOauthApi oauth) {
    AlipaySystemOauthTokenModel request = new AlipaySystemOauthTokenModel();
    request.setGrantType("authorization_code");
    request.setCode(steps.needs("the user logs in", () -> muban.loginCode(app.appId(), openId())));
    AlipaySystemOauthTokenResponseModel token = steps.needs("exchange the login code", () -> oauth.token(request));
    steps.equal("it is the user's", token.getUserId() + " " + token.getOpenId(), openId() + " " + Native.text(user, "alipay_open_id"));
    steps.equal("it lives for fifteen days", token.getExpiresIn(), "1296000");
    steps.equal("exchange the same code again", App.outcome(() -> oauth.token(request)), "400 isv.code-invalid 授权码code无效");
    AlipaySystemOauthTokenModel refresh = new AlipaySystemOauthTokenModel();
    refresh.setGrantType("refresh_token");
    refresh.setRefreshToken(token.getRefreshToken());
    AlipaySystemOauthTokenResponseModel refreshed = steps.needs("refresh the token", () -> oauth.token(refresh));
    steps.equal("the new one is the user's", refreshed.getUserId(), openId());
    App.begins(steps, "refresh with the same token again", App.outcome(() -> oauth.token(refresh)), "400 isv.refreshed-token-invalid ");
  }

  private void form(ApiClient client) {
    String form = mint("form");
    steps.equal("send", send(client, message(form)), SUCCESS);
    JsonObject found = steps.needs("the message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("the message has its user", Native.text(found, "user"), openId());
    steps.equal("the message has its page", Native.text(found, "page"), PAGE);
    for (String value : new String[] {"美式 <大杯> & 糖", "36.00元 {约"}) {
      steps.equal("the message shows " + value, Native.text(found, "rendered").contains(value), true);
    }
    steps.equal("send with the same form again", send(client, message(form)), OVER_TIME);
    AlipayOpenAppMiniTemplatemessageSendModel byOpenId = message(mint("form"));
    byOpenId.setToUserId(null);
    byOpenId.setToOpenId(Native.text(user, "alipay_open_id"));
    steps.equal("send to to_open_id", send(client, byOpenId), SUCCESS);
    String trade = mint("payment");
    for (String use : new String[] {"first", "second", "third"}) {
      steps.equal("send with a trade number, " + use + " time", send(client, message(trade)), SUCCESS);
    }
    steps.equal("send with a trade number, fourth time", send(client, message(trade)), OVER_TIME);
  }

  private void refusals(ApiClient client) {
    JsonObject other = steps.needs("make another user", () -> muban.createUser(app.appId(), Map.of("name", "小红")));
    String form = mint("form");
    refused(client, form, "an unknown template", m -> m.setUserTemplateId("none"), "400 USER_TEMPLATE_ILLEGAL 模板非法");
    refused(client, form, "an unknown form", m -> m.setFormId("bm90IGEgZm9ybQ=="), "400 FORM_ID_NOT_MATCH_APPID formId和appId不匹配");
    refused(client, form, "another user", m -> m.setToUserId(Native.text(other, "open_id")),
        "400 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人");
    refused(client, form, "a keyword less", m -> m.setData("{\"keyword1\":{\"value\":\"x\"}}"), "400 USER_TEMPLATE_LACK_KEYWORD 缺少关键词");
    refused(client, form, "no recipient", m -> m.setToUserId(null), "400 invalid-parameter 参数无效：to_user_id");
    OpenApiGenericRequest nothing = new OpenApiGenericRequest();
    nothing.setBizParams(Map.of());
    App.begins(steps, "a call that is not there",
        App.outcome(() -> new GenericExecuteApi(client).execute("/v3/alipay/open/nothing", "POST", nothing)), "404 invalid-method ");
    change("take the push permission away", Map.of("push_allowed", false));
    App.begins(steps, "send without push permission", send(client, message(form)), "401 insufficient-isv-permissions ");
    change("give it back, with a daily limit", Map.of("push_allowed", true, "daily_limit", 0));
    App.begins(steps, "send past the daily limit", send(client, message(form)), "429 app-call-limited ");
    change("lift the limit", Collections.singletonMap("daily_limit", null));
    steps.equal("a refused send spent nothing", send(client, message(form)), SUCCESS);
  }

  private void signatures() throws ApiException {
    String form = mint("form");
    App forger = new App(app.appId(), App.base64(others.getPrivate().getEncoded()), app.platformKey());
    App.begins(steps, "send signed with another key", send(forger.client(config -> { }), message(form)), "400 invalid-signature ");
    App unknown = new App("2021000000000000", app.privateKey(), app.platformKey());
    App.begins(steps, "send of an unknown app", send(unknown.client(config -> { }), message(form)), "400 invalid-app-id ");
    // The library trusts nobody else's signature, so that all of the above but
    // for the unknown app's was signed by the app's platform key.
    App distrusting = new App(app.appId(), app.privateKey(), App.base64(others.getPublic().getEncoded()));
    String distrusted = send(distrusting.client(config -> { }), message("none"));
    steps.equal("a refusal under another key is not trusted", distrusted.contains(App.DISTRUST), true);
  }

  private void certificates() throws ApiException {
    JsonObject issued = steps.needs("get the certificates",
        () -> muban.call("GET", Native.appPath(app.appId(), "certificates"), null).getAsJsonObject());
    String form = mint("form");
    steps.equal("send in certificate mode", send(certified(issued, "app_cert"), message(form)), SUCCESS);
    steps.equal("send in certificate mode, refused", send(certified(issued, "app_cert"), message(form)), OVER_TIME);
    App.begins(steps, "send in certificate mode with another certificate",
        send(certified(issued, "alipay_cert"), message(form)), "400 app-cert-not-exist ");
  }

  private ApiClient certified(JsonObject issued, String appCert) throws ApiException {
    return app.client(config -> {
      config.setAlipayPublicKey(null);
      config.setAppCertContent(Native.text(issued, appCert));
      config.setAlipayPublicCertContent(Native.text(issued, "alipay_cert"));
      config.setRootCertContent(Native.text(issued, "alipay_root_cert"));
    });
  }

  private void actingForAnother(ApiClient own) throws ApiException {
    App provider = steps.needs("make a service provider", () -> App.make(muban, "service provider", others));
    CustomizedParams acting = new CustomizedParams();
    acting.setAppAuthToken(Native.text(steps.needs("authorize it", () -> muban.call(
        "POST", Native.appPath(app.appId(), "authorizations"), Map.of("app_id", provider.appId())).getAsJsonObject()), "app_auth_token"));
    String form = mint("form");
    steps.equal("send for the app", send(provider.client(config -> { }), message(form), acting), SUCCESS);
    steps.needs("the app's message is delivered", () -> muban.delivered(app.appId(), form));
    App.begins(steps, "send with another's token", send(own, message(form), acting), "401 invalid-app-auth-token ");
  }

  private void encryption() throws ApiException {
    String contentKey = "MDEyMzQ1Njc4OTAxMjM0NQ==";
    String form = mint("form");
    App.begins(steps, "send encrypted to an app without content key",
        send(encrypting(contentKey), message(form)), "400 decryption-error-not-valid-encrypt-key ");
    change("set the content key", Map.of("content_key", contentKey));
    steps.equal("send encrypted", send(encrypting(contentKey), message(form)), SUCCESS);
    steps.equal("send encrypted, refused", send(encrypting(contentKey), message(form)), OVER_TIME);
    App.begins(steps, "send encrypted with another key",
        send(encrypting("MTEyMzQ1Njc4OTAxMjM0NQ=="), message(form)), "400 decryption-error-unknown ");
  }

  private ApiClient encrypting(String contentKey) throws ApiException {
    return app.client(config -> {
      config.setEncryptType("AES");
      config.setEncryptKey(contentKey);
    });
  }

  private String openId() {
    return Native.text(user, "open_id");
  }

  private String mint(String kind) {
    return steps.needs("mint a " + kind, () -> muban.mint(app.appId(), openId(), kind));
  }

  private void change(String step, Map<String, ?> change) {
    steps.needs(step, () -> {
      muban.changeApp(app.appId(), change);
      return null;
    });
  }

  /** A good message for a form or trade. */
  private AlipayOpenAppMiniTemplatemessageSendModel message(String formId) {
    AlipayOpenAppMiniTemplatemessageSendModel message = new AlipayOpenAppMiniTemplatemessageSendModel();
    message.setToUserId(openId());
    message.setFormId(formId);
    message.setUserTemplateId(template);
    message.setPage(PAGE);
    message.setData(DATA);
    return message;
  }

  private void refused(ApiClient client, String form, String step,
      Consumer<AlipayOpenAppMiniTemplatemessageSendModel> change, String expected) {
    AlipayOpenAppMiniTemplatemessageSendModel message = message(form);
    change.accept(message);
    steps.equal("send with " + step, send(client, message), expected);
  }

  private static String send(ApiClient client, AlipayOpenAppMiniTemplatemessageSendModel message) {
    return send(client, message, null);
  }

  private static String send(ApiClient client, AlipayOpenAppMiniTemplatemessageSendModel message, CustomizedParams acting) {
    return App.outcome(() -> new AlipayOpenAppMiniTemplatemessageApi(client).send(message, acting));
  }
}
