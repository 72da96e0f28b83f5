package io.parley.compare.beanstalkd;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Lines and bodies to and from the server. One thread writes, one reads. */
final class Connection {
  private static final int PORT = 31300;
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int WAIT_MS = 50;
  private static final byte[] END = {'\r', '\n'};

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  Connection() throws IOException {
    socket = new Socket("127.0.0.1", PORT);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
  }

  void write(String line) throws IOException {
    out.write(line.getBytes(StandardCharsets.ISO_8859_1));
    out.write(END);
  }

  void writeBody(byte[] body) throws IOException {
    out.write(body);
    out.write(END);
  }

  void flush() throws IOException {
    out.flush();
  }

  boolean hasInput() throws IOException {
    return in.available() > 0;
  }

  /** Waits a moment for something to read; false if nothing came. */
  boolean awaitInput() throws IOException {
    if (hasInput()) {
      return true;
    }
    socket.setSoTimeout(WAIT_MS);
    in.mark(1);
    try {
      int unused = in.read(); // the end is told by the read that follows
      in.reset();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  /** Sees to it that the server has read all that was written, and closes. */
  void end() throws IOException {
    flush();
    socket.shutdownOutput();
    in.transferTo(OutputStream.nullOutputStream());
    close();
  }

  String read() throws IOException {
    StringBuilder line = new StringBuilder(32);
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  byte[] readBody(int bytes) throws IOException {
    byte[] body = in.readNBytes(bytes);
    in.skipNBytes(END.length);
    return body;
  }

  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      System.err.println("beanstalkd: close: " + e);
    }
  }
}
