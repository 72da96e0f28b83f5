-- Outbox and inbox of a service, in its own database. One of each; see docs/client.md.

-- What waits to be forwarded to the broker, in the order of place.
CREATE TABLE parley_outbox (
  place        BIGINT NOT NULL AUTO_INCREMENT,
  message_id   VARCHAR(36) NOT NULL,
  kind         VARCHAR(7) NOT NULL,
  message_type VARCHAR(200) NOT NULL,
  stored_at    BIGINT NOT NULL,
  message      LONGBLOB NOT NULL,
  refusal      VARCHAR(1000),
  PRIMARY KEY (place)
);

-- Whose turn it is to forward: one relay's, or nobody's ('-').
CREATE TABLE parley_outbox_relay (
  name   VARCHAR(20) NOT NULL,
  holder VARCHAR(36) NOT NULL,
  beat   BIGINT NOT NULL,
  PRIMARY KEY (name)
);

INSERT INTO parley_outbox_relay (name, holder, beat) VALUES ('outbox', '-', 0);

-- What was handled, by which of the service's consumers.
CREATE TABLE parley_inbox (
  consumer   VARCHAR(200) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  epoch      BIGINT NOT NULL,
  handled_at BIGINT NOT NULL,
  PRIMARY KEY (consumer, message_id)
);

CREATE INDEX parley_inbox_handled_at ON parley_inbox (handled_at);
