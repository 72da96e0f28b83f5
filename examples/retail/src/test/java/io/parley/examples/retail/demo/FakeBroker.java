package io.parley.examples.retail.demo;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that is as ready as a broker, and writes down each of its starts in its data directory.
 * Its argument tells it to fail instead.
 */
final class FakeBroker {
  private FakeBroker() {}

  public static void main(String[] args) throws IOException {
    System.out.println("a line of its log");
    if (args.length > 0) {
      System.exit(Integer.parseInt(args[0]));
    }
    Path data = Files.createDirectories(Path.of(System.getenv("PARLEY_DATA_DIRECTORY")));
    Path starts = data.resolve("starts");
    Files.writeString(starts, Files.exists(starts) ? Files.readString(starts) + "I" : "I");
    int httpPort = Integer.parseInt(System.getenv("PARLEY_HTTP_PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort), 0);
    server.createContext(
        "/health/ready",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.createContext(
        "/admin/v1/namespaces/default/queues/cart",
        exchange -> {
          int count = Files.readString(starts).length();
          byte[] body =
              ("{\"name\":\"cart\",\"ready\":%d,\"leased\":10,\"delayed\":100,\"deadLetters\":5}"
                      .formatted(count))
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }
}
