# The image holds Node.js, the libraries that it links to, tini and the server: no shell, no package manager.
# tools/deploy-checks runs every line of this file but apt-get's, and the server in what they make.
FROM node:26-bookworm-slim AS build
WORKDIR /build
RUN apt-get update && apt-get install -y --no-install-recommends binutils tini
COPY package.json package-lock.json tsconfig.base.json ./
COPY packages packages
COPY apps apps
COPY tools tools
COPY deploy/image deploy/image
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN npx tsc --build apps/manifest-server/tsconfig.lib.json

# The server with what it needs in production; Node.js 26 has SQLite of its own, the only optional dependency.
RUN mkdir -p image/app \
 && cp -r --parents package.json package-lock.json packages/*/package.json packages/*/dist packages/*/schema \
    apps/*/package.json apps/*/dist apps/*/bin tools/*/package.json image/app
RUN cd image/app && npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --workspace=@pacs-connectors/manifest-server
# What Node.js never loads: types, source maps, build state, documentation. Licences stay.
RUN find image/app -type f ! -iname 'licen[cs]e*' ! -iname 'notice.*' \
    '(' -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name .tsbuildinfo -o -name '*.md' -o -name '*.flow' ')' -delete \
 && rm -r image/app/tools image/app/package-lock.json \
 && cp deploy/image/healthcheck.mjs image/app/

# The system: names are looked up in /etc/hosts, then by DNS; scanners read the Debian packages' versions.
RUN mkdir -p image/usr/local/bin image/sbin image/etc image/config image/tmp image/var/lib/dpkg \
 && strip -o image/usr/local/bin/node "$(command -v node)" \
 && cp /usr/bin/tini-static image/sbin/tini \
 && ldd "$(command -v node)" | grep -o '/[^ ]*' | xargs -I FILE cp -L --parents FILE image \
 && cp -L /etc/os-release image/etc/ \
 && cp deploy/image/passwd deploy/image/group deploy/image/nsswitch.conf image/etc/ \
 && dpkg-query --status libc6 libgcc-s1 libstdc++6 libatomic1 tini > image/var/lib/dpkg/status \
 && chmod 1777 image/tmp

FROM scratch
COPY --from=build /build/image /
# Probes, ports and the health check follow these: they win over the configuration's server.port and server.address.
ENV PATH=/usr/local/bin NODE_ENV=production HOST=0.0.0.0 PORT=8080 CONNECTORS_CONFIG=/config
WORKDIR /app
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/usr/local/bin/node", "/app/healthcheck.mjs"]
# tini is process 1: signals reach the server from its first moment, and nothing that ends stays a zombie.
ENTRYPOINT ["/sbin/tini", "--", "/usr/local/bin/node", "/app/apps/manifest-server/dist/main.js"]
