# Parley's image. Two stages: one with Maven builds, one with a Java runtime runs.
#
#   docker build -t parley .
#   docker run -p 7440:7440 -p 7441:7441 -v parley:/var/lib/parley \
#     -e PARLEY_NETWORK_HOST=0.0.0.0 -e PARLEY_HTTP_HOST=0.0.0.0 -e PARLEY_SECURITY_USERS=shop:secret parley
#
# Both base images can be others, for example ones of your own:
#   --build-arg BUILD_IMAGE=…   a JDK 17 or newer, and Maven 3.8 or newer
#   --build-arg BASE_IMAGE=…    a Java runtime 17 or newer, glibc
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-21
ARG BASE_IMAGE=eclipse-temurin:21-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -q -DskipTests -Dspotless.check.skip=true package \
 && mkdir -p /parley \
 && cp -r bin config LICENSE broker-cli/target/parley/lib /parley/

FROM ${BASE_IMAGE}
# A number, so that Kubernetes can see that it isn't root.
RUN mkdir -p /var/lib/parley && chown 10001:10001 /var/lib/parley
COPY --from=build /parley /opt/parley
ENV PARLEY_DATA_DIRECTORY=/var/lib/parley \
    PATH=/opt/parley/bin:$PATH
USER 10001:10001
VOLUME /var/lib/parley
EXPOSE 7440 7441
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["parley", "check", "ready"]
ENTRYPOINT ["/opt/parley/bin/parley"]
CMD ["server"]
