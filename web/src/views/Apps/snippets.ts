// What points each client library at this server: the very lines with which
// its program in test/clients runs against Muban, with the address filled in.
import type { App } from '../../state/apps.svelte';

export interface Snippet {
  /** Language and library, as their users call them. */
  name: string;
  code: string;
}

type Platform = App['platform'];

interface Recipe {
  name: string;
  platforms: Platform[];
  code: (base: string, app: Identity) => string;
}

interface Identity {
  platform: Platform;
  id: string;
  secret: string;
}

const wechat: Platform[] = ['wechat-mini', 'wechat-oa'];

const recipes: Recipe[] = [
  { name: 'curl', platforms: wechat, code: (base, app) => `curl '${base}/cgi-bin/token?grant_type=client_credential&appid=${app.id}&secret=${app.secret}'` },
  { name: 'curl', platforms: ['baidu'], code: (base, app) => `curl '${base}/oauth/2.0/token?grant_type=client_credentials&client_id=${app.id}&client_secret=${app.secret}&scope=smartapp_snsapi_base'` },
  {
    name: 'muban send',
    platforms: ['wechat-mini', 'wechat-oa', 'baidu', 'alipay'],
    code: (base, app) => `muban send --server ${base} --app ${app.id} --user USER --template TEMPLATE_ID${app.platform === 'wechat-oa' ? '' : ' --mint'}`,
  },
  {
    name: 'Go · silenceper/wechat',
    platforms: ['wechat-oa'],
    code: (base) => `const muban = "${base}"
util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", muban, 1) })`,
  },
  {
    name: 'Go · medivhzhan/weapp',
    platforms: ['wechat-mini'],
    code: (base) => `// weapp has no setting for the address: change it on the way.
type redirect struct{ to *url.URL }

func (r redirect) RoundTrip(request *http.Request) (*http.Response, error) {
	moved := request.Clone(request.Context())
	moved.URL.Scheme, moved.URL.Host = r.to.Scheme, r.to.Host
	return (&http.Transport{}).RoundTrip(moved)
}

muban, _ := url.Parse("${base}")
http.DefaultTransport = redirect{muban}`,
  },
  { name: 'Go · smartwalle/alipay', platforms: ['alipay'], code: (base, app) => `sdk, err := alipay.New("${app.id}", privateKey, true, alipay.WithProductionGateway("${base}/gateway.do"))` },
  {
    name: 'Go · net/http',
    platforms: ['baidu'],
    code: (base, app) => `base := "${base}"
answer, err := http.Get(base + "/oauth/2.0/token?grant_type=client_credentials&client_id=${app.id}&client_secret=${app.secret}&scope=smartapp_snsapi_base")`,
  },
  {
    name: 'Node · co-wechat-api',
    platforms: wechat,
    code: (base, app) => `const api = new API('${app.id}', '${app.secret}');
api.prefix = \`${base}/cgi-bin/\`;`,
  },
  {
    name: 'Node · wx-server-sdk',
    platforms: ['wechat-mini'],
    code: (base, app) => `process.env.TCB_CONTEXT_CNFG = JSON.stringify({ URL: \`${base}/admin\` });
process.env.TENCENTCLOUD_SECRETID = '${app.id}';
process.env.TENCENTCLOUD_SECRETKEY = '${app.secret}';
process.env.TENCENTCLOUD = 'true';`,
  },
  {
    name: 'Node · alipay-sdk',
    platforms: ['alipay'],
    code: (base, app) => `new AlipaySdk({
  appId: '${app.id}',
  privateKey,
  alipayPublicKey,
  gateway: \`${base}/gateway.do\`, // exec()
  endpoint: '${base}', // curl()
});`,
  },
  { name: 'Java · weixin-java-mp', platforms: ['wechat-oa'], code: (base) => `config.setHostConfig(WxMpHostConfig.builder().apiHost("${base}").build());` },
  {
    name: 'Java · weixin-java-miniapp',
    platforms: ['wechat-mini'],
    code: (base) => `// This version has no setting for the address: all connections go to Muban.
// class Redirect implements ApacheHttpClientBuilder, whose build() returns:
URI muban = URI.create("${base}");
HttpHost host = new HttpHost(muban.getHost(), muban.getPort(), muban.getScheme());
return HttpClients.custom().setRoutePlanner((target, request, context) -> new HttpRoute(host)).build();

// and where the client is configured:
config.setApacheHttpClientBuilder(new Redirect());`,
  },
  { name: 'Java · alipay-sdk-java', platforms: ['alipay'], code: (base) => `config.setServerUrl("${base}/gateway.do");` },
  { name: 'Java · alipay-sdk-java-v3', platforms: ['alipay'], code: (base) => `client.setBasePath("${base}");` },
  {
    name: 'PHP · EasyWeChat',
    platforms: wechat,
    code: (base, app) => `$app = Factory::${app.platform === 'wechat-oa' ? 'officialAccount' : 'miniProgram'}([
    'app_id' => '${app.id}',
    'secret' => '${app.secret}',
    'http' => ['base_uri' => '${base}/', 'timeout' => 10],
]);`,
  },
  {
    name: 'Python · wechatpy',
    platforms: wechat,
    code: (base, app) => `PLATFORM = "https://api.weixin.qq.com/"

class Redirect(requests.adapters.HTTPAdapter):
    def send(self, request, **kwargs):
        request.url = request.url.replace(PLATFORM, "${base}/", 1)
        return super().send(request, **kwargs)

client = WeChatClient("${app.id}", "${app.secret}")
client._http.mount(PLATFORM, Redirect())`,
  },
  { name: 'Python · python-alipay-sdk', platforms: ['alipay'], code: (base) => `client._gateway = "${base}/gateway.do"` },
];

/** The snippets for an app, with this server's address and, where it is known, the app's secret. */
export function snippetsFor(app: App, base: string, secret: string): Snippet[] {
  const identity = { platform: app.platform, id: app.app_id, secret };
  return recipes.filter((r) => r.platforms.includes(app.platform)).map((r) => ({ name: r.name, code: r.code(base, identity) }));
}
