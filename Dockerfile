# The sandbox in a container:
#
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t muban .
#   docker run --rm -p 127.0.0.1:8080:8080 muban
#
# The service, which keeps its state in /data:
#
#   docker run -p 8080:8080 -v muban-data:/data -e MUBAN_ADMIN_TOKEN muban \
#     serve --listen 0.0.0.0:8080 --data /data
#
# There is no HEALTHCHECK, for the image holds no other program than muban:
# let the orchestrator ask /healthz and /readyz.

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
# The image below has no shell: what it holds besides muban is made here. /tmp
# is where `muban dev` keeps its temporary folder.
RUN mkdir -p /image/doc /image/empty \
 && cp LICENSE /image/doc/ \
 && go run ./scripts/notices "${TARGETOS:-linux}/${TARGETARCH:-$(go env GOARCH)}" >/image/doc/THIRD_PARTY_NOTICES \
 && CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=$VERSION" -o /image/muban ./cmd/muban

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /image/doc /usr/share/doc/muban
COPY --from=build --chown=65532:65532 /image/empty /tmp
COPY --from=build --chown=65532:65532 /image/empty /data
COPY --from=build /image/muban /muban
USER 65532:65532
EXPOSE 8080
VOLUME /data
ENTRYPOINT ["/muban"]
CMD ["dev", "--listen", "0.0.0.0:8080"]
