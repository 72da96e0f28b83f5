package io.parley.client;

import java.time.Duration;

/** What {@link ParleyClient.Builder} collected. */
record ClientSettings(
    BrokerUri uri,
    String service,
    String instance,
    PayloadCodec codec,
    int maxInFlight,
    Duration connectTimeout,
    Duration sendTimeout,
    Duration drainTimeout,
    ClientListener listener,
    Interceptors interceptors) {}
