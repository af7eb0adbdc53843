module github.com/muban-dev/muban/test/clients/go/weapp

go 1.26

require github.com/medivhzhan/weapp v1.5.1
