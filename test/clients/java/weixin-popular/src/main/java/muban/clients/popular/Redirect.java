package muban.clients.popular;

import java.net.URI;
import muban.clients.Steps;
import org.apache.http.HttpHost;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.client.HttpClients;
import weixin.popular.client.LocalHttpClient;

/**
 * Leads the library to Muban, which has no setting for the platform's address:
 * whatever host a request names, the connection goes there.
 */
final class Redirect extends LocalHttpClient {
  private Redirect() {}

  static void toMuban() {
    URI address = URI.create(Steps.mubanUrl());
    HttpHost muban = new HttpHost(address.getHost(), address.getPort(), address.getScheme());
    httpClient = HttpClients.custom().setRoutePlanner((target, request, context) -> new HttpRoute(muban)).build();
  }
}
