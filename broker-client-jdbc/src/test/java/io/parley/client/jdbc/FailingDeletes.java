package io.parley.client.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A database that lets everything be done but deleting. */
final class FailingDeletes {
  private FailingDeletes() {}

  static DataSource of(DataSource database) {
    return (DataSource)
        Proxy.newProxyInstance(
            FailingDeletes.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) ->
                method.getName().equals("getConnection")
                    ? wrapped(database.getConnection())
                    : method.invoke(database, arguments));
  }

  private static Connection wrapped(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            FailingDeletes.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")
                  && arguments[0].toString().startsWith("DELETE")) {
                throw new SQLException("no deletes today");
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
