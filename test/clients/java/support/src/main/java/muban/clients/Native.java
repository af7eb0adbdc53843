package muban.clients;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * Muban's own API, which plays the people around the client: who makes the app,
 * and who fills in its forms, follows it and reads its messages.
 */
public final class Native {
  private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private final String base;
  private final HttpClient http = HttpClient.newHttpClient();

  public Native(String base) {
    this.base = base;
  }

  /** Sends a body as JSON, or nothing, and reads the answer; a problem is thrown. */
  public JsonElement call(String method, String path, Object body) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(30));
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(GSON.toJson(body)));
    }
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(method + " " + path + ": " + answer.statusCode() + ": " + answer.body());
    }
    return JsonParser.parseString(answer.body());
  }

  public JsonObject createApp(Map<String, ?> members) throws IOException, InterruptedException {
    return call("POST", "/api/v1/apps", members).getAsJsonObject();
  }

  /** Changes an app; a member that is null is taken away. */
  public void changeApp(String appId, Map<String, ?> change) throws IOException, InterruptedException {
    call("PATCH", appPath(appId), change);
  }

  public JsonObject createUser(String appId, Map<String, ?> members) throws IOException, InterruptedException {
    return call("POST", appPath(appId, "users"), members).getAsJsonObject();
  }

  public void changeUser(String appId, String user, Map<String, ?> change) throws IOException, InterruptedException {
    call("PATCH", appPath(appId, "users", user), change);
  }

  /** Makes a template and answers its id. */
  public String createTemplate(String appId, Map<String, ?> members) throws IOException, InterruptedException {
    return text(call("POST", appPath(appId, "templates"), members).getAsJsonObject(), "template_id");
  }

  /** Makes a grant and answers its id: what the platform calls form_id or trade_no. */
  public String mint(String appId, String user, String kind) throws IOException, InterruptedException {
    JsonObject minted = call("POST", appPath(appId, "grants"), Map.of("user", user, "kind", kind)).getAsJsonObject();
    return text(minted.getAsJsonArray("grants").get(0).getAsJsonObject(), "id");
  }

  /** Waits for the message that a grant paid for. */
  public JsonObject delivered(String appId, String grantId) throws IOException, InterruptedException {
    String query = "?app_id=" + encode(appId) + "&grant_id=" + encode(grantId) + "&state=delivered&wait=10s";
    JsonArray items = call("GET", "/api/v1/messages" + query, null).getAsJsonObject().getAsJsonArray("items");
    if (items.isEmpty()) {
      throw new IOException("no message of grant " + grantId + " was delivered");
    }
    return items.get(0).getAsJsonObject();
  }

  /** What the user's phone gives the app, for the platform's own exchange. */
  public String loginCode(String appId, String user) throws IOException, InterruptedException {
    return text(call("POST", appPath(appId, "users", user, "login-codes"), null).getAsJsonObject(), "code");
  }

  public JsonObject message(String id) throws IOException, InterruptedException {
    return call("GET", "/api/v1/messages/" + encode(id), null).getAsJsonObject();
  }

  /** What a user sees: messages, newest first, and how many are unread. */
  public JsonObject inbox(String appId, String user) throws IOException, InterruptedException {
    return call("GET", appPath(appId, "users", user, "inbox"), null).getAsJsonObject();
  }

  public void revokeTokens(String appId) throws IOException, InterruptedException {
    call("POST", appPath(appId, "tokens", "revoke"), null);
  }

  /** The path of what belongs to an app. */
  public static String appPath(String appId, String... parts) {
    StringBuilder path = new StringBuilder("/api/v1/apps/").append(encode(appId));
    for (String part : parts) {
      path.append('/').append(encode(part));
    }
    return path.toString();
  }

  private static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A member's text, empty where there is no such member. */
  public static String text(JsonObject object, String member) {
    return object.has(member) ? object.get(member).getAsString() : "";
  }
}
