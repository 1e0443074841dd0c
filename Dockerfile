# The runtime as a container: glibc (native libraries need it), no Node at run time, no root, Deno itself as PID 1 so that signals reach it.

FROM node:22-bookworm-slim AS build
ARG DENO_VERSION=2.9.6
# The package's launcher may be a script that passes no signals on: what is kept is the binary, and it must be one.
RUN npm install --global "deno@${DENO_VERSION}" \
  && cp "$(readlink -f "$(command -v deno)")" /usr/local/bin/deno-binary \
  && head -c 4 /usr/local/bin/deno-binary | grep -q ELF
WORKDIR /app
COPY . .
RUN deno-binary install --quiet --frozen --entrypoint main.ts tools/healthcheck.ts \
  && deno-binary run --quiet --no-prompt -P=console tools/console.ts \
  && sh deploy/docker/prune.sh node_modules "$(node -p process.platform)" "$(node -p process.arch)"

FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates espeak-ng pocketsphinx pocketsphinx-en-us tzdata \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --create-home xiaozhi \
  && install -d -o xiaozhi -g xiaozhi /data
COPY --from=build /usr/local/bin/deno-binary /usr/local/bin/deno
COPY --from=build /app /app
WORKDIR /app
# What xz_build_info shows: docker build --build-arg COMMIT=$(git rev-parse HEAD) .
ARG COMMIT=
ENV XIAOZHI_DATA_DIR=/data XIAOZHI_METRICS_COMMIT=$COMMIT DENO_NO_UPDATE_CHECK=1
USER xiaozhi
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "-P=healthcheck", "tools/healthcheck.ts"]
# Collections of garbage that are short, and few of the whole heap: a device hears a pause of more than its two frames in advance.
ENTRYPOINT ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--v8-flags=--initial-old-space-size=128,--min-semi-space-size=8,--max-semi-space-size=8", "-P=serve", "main.ts"]
