# The Parley broker and its command in one image.
#
#   docker build -t parley .
#   docker run -p 7440:7440 -v parley:/var/lib/parley -e PARLEY_SECURITY_USERS=shop:secret parley
#
# Any image with Maven and a JDK from 17 on builds it; any with a Java from 17 on, a shell and glibc runs it.
ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-21
ARG BASE_IMAGE=docker.io/library/eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -Pquick -DskipTests -pl broker-cli -am package

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Parley" \
      org.opencontainers.image.description="A durable message broker for commands, events and queries." \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /src/bin/parley /opt/parley/bin/parley
COPY --from=build /src/broker-cli/target/parley/lib /opt/parley/lib
COPY --from=build /src/config/parley.yaml /opt/parley/config/parley.yaml
COPY --from=build /src/LICENSE /opt/parley/LICENSE

# The first start makes the class-data archive, which later starts only read: nothing of the image is written to when
# it runs, so its root can be read-only. The user is a number: no passwd entry is needed, and Kubernetes can check it.
RUN XDG_CACHE_HOME=/tmp/cache /opt/parley/bin/parley --version \
 && rm -rf /tmp/cache \
 && mkdir -p /var/lib/parley \
 && chown 10001:10001 /var/lib/parley \
 && ln -s /opt/parley/bin/parley /usr/local/bin/parley
USER 10001:10001

# A container is for others to reach, which the broker refuses until it knows its users: give PARLEY_SECURITY_USERS, or
# a file's path in PARLEY_SECURITY_USERS_FILE, or a configuration with security.users in PARLEY_CONFIG.
# Native libraries are unpacked beside the data: the volume is all that is writable for sure.
ENV HOME=/var/lib/parley \
    PARLEY_DATA_DIRECTORY=/var/lib/parley/data \
    PARLEY_NETWORK_HOST=0.0.0.0 \
    PARLEY_HTTP_HOST=0.0.0.0 \
    PARLEY_JAVA_OPTS=-Dio.netty.native.workdir=/var/lib/parley
VOLUME /var/lib/parley
WORKDIR /var/lib/parley

# 7440 clients; 7441 health, metrics and administration
EXPOSE 7440 7441

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/opt/parley/bin/parley", "check", "ready"]

# The script becomes the JVM, so SIGTERM reaches the broker: it drains and exits 0. The log goes to stdout.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/parley/bin/parley"]
CMD ["server"]
