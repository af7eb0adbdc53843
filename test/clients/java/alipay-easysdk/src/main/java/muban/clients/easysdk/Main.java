package muban.clients.easysdk;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/**
 * Takes alipay-easysdk, unmodified, through the whole life of a template message
 * against the Muban at MUBAN_URL, with the library's own check of every answer's
 * signature.
 */
public final class Main {
  public static void main(String[] arguments) throws Exception {
    Steps steps = new Steps();
    Native muban = new Native(Steps.mubanUrl());
    App app = steps.needs("make an app", () -> App.make(muban, "alipay-easysdk"));
    JsonObject user = steps.needs("make a user", () -> muban.createUser(app.appId(), Map.of("name", "小明")));
    String template = steps.needs("make a template", () -> muban.createTemplate(
        app.appId(), Map.of("library_id", "AP9001", "keyword_ids", List.of(9001, 9002))));

    Sends sends = new Sends(steps, muban, app, user, template);
    sends.authorization();
    sends.once();
    sends.payment();
    sends.refusals();
    sends.generic();
    Trust trust = new Trust(steps, muban, app, sends);
    trust.actingForAnother();
    trust.signatures();
    trust.certificateMode();
    sends.expiry();
    steps.end();
  }
}
