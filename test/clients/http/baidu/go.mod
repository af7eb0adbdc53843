module github.com/muban-dev/muban/test/clients/http/baidu

go 1.26
