package muban.clients.miniapp;

import java.net.URI;
import me.chanjar.weixin.common.util.http.apache.ApacheHttpClientBuilder;
import muban.clients.Steps;
import org.apache.http.HttpHost;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;

/**
 * Makes the HTTP client for the library, which has no setting for the platform's
 * address: whatever host a request names, the connection goes to Muban.
 */
final class Redirect implements ApacheHttpClientBuilder {
  @Override
  public CloseableHttpClient build() {
    URI muban = URI.create(Steps.mubanUrl());
    HttpHost host = new HttpHost(muban.getHost(), muban.getPort(), muban.getScheme());
    return HttpClients.custom().setRoutePlanner((target, request, context) -> new HttpRoute(host)).build();
  }

  @Override
  public ApacheHttpClientBuilder httpProxyHost(String host) {
    return this;
  }

  @Override
  public ApacheHttpClientBuilder httpProxyPort(int port) {
    return this;
  }

  @Override
  public ApacheHttpClientBuilder httpProxyUsername(String name) {
    return this;
  }

  @Override
  public ApacheHttpClientBuilder httpProxyPassword(String password) {
    return this;
  }

  @Override
  public ApacheHttpClientBuilder sslConnectionSocketFactory(SSLConnectionSocketFactory factory) {
    return this;
  }
}
