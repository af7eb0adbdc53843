package api_test
import ("testing";"fmt")
func TestSmoke(t *testing.T){
 w:=newWorld(t)
 show:=func(a answer){ fmt.Println(a.call, a.status, string(a.body)) }
 show(w.call("POST","/api/v1/apps",`{"platform":"baidu","name":"x","cloud_permissions":["a"],"following":1}`))
 show(w.call("POST","/api/v1/apps",`{"platform":"baidu","name":"x","cloud_permissions":["a"]}`))
 show(w.call("POST","/api/v1/apps",`{"Platform":"gift","x":1,"daily_limit":-1,"secret":5,"callback":{"foo":1,"mode":"x","token":7}}`))
 show(w.call("POST","/api/v1/apps",`{"platform":"wechat-mini","name":"x","app_id":"wx1","daily_limit":null,"callback":{"url":"http://x","token":"t"}}`))
 show(w.call("PATCH","/api/v1/apps/wx1",`{"daily_limit":3,"app_id":"x","number":3}`))
 show(w.call("PATCH","/api/v1/apps/wx1",`{"daily_limit":3, "callback":{"token":null}}`))
 show(w.call("PATCH","/api/v1/apps/wx1",`{"daily_limit":1e1}`))
 show(w.call("GET","/api/v1/apps?limit=501&cursor=zzz&foo=1",""))
 show(w.call("GET","/api/v1/apps?limit=501&cursor=zzz",""))
 show(w.call("GET","/api/v1/apps",""))
 show(w.call("GET","/api/v1/apps//users",""))
 show(w.call("PUT","/api/v1/apps",""))
 show(w.call("GET","/api/v2/apps",""))
 show(w.call("POST","/api/v1/apps","{"))
 show(w.call("POST","/api/v1/apps",""))
 show(w.call("POST","/api/v1/apps","null"))
 show(w.call("GET","/api/openapi.json",""))
}
