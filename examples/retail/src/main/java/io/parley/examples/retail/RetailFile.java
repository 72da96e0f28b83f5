package io.parley.examples.retail;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A file of the "Online Retail" data set, of a day or of all of them. It is read from its start
 * each time; in memory is one number per invoice, whatever the number of rows.
 */
public final class RetailFile {
  private static final String PACKAGED = "2010-12-01.csv";

  private static final List<String> COLUMNS =
      List.of(
          "InvoiceNo",
          "StockCode",
          "Description",
          "Quantity",
          "InvoiceDate",
          "UnitPrice",
          "CustomerID",
          "Country");

  private final String name;
  private final Source source;
  private final Map<String, Integer> lastLineByInvoice = new HashMap<>();
  private long rows;

  private interface Source {
    InputStream open() throws IOException;
  }

  private RetailFile(String name, Source source) throws IOException {
    this.name = name;
    this.source = source;
    readCells(
        row -> {
          rows++;
          lastLineByInvoice.put(row.cell("InvoiceNo"), row.line());
        });
  }

  /**
   * The day that comes with this example.
   *
   * @throws IOException if the jar is damaged
   */
  public static RetailFile packaged() throws IOException {
    return new RetailFile(
        PACKAGED,
        () -> {
          InputStream resource = RetailFile.class.getResourceAsStream(PACKAGED);
          if (resource == null) {
            throw new NoSuchFileException(PACKAGED, null, "missing in the jar");
          }
          return resource;
        });
  }

  /**
   * Any other file.
   *
   * @throws IOException if it can't be read
   * @throws RetailFormatException if it is no CSV file with the data set's columns
   */
  public static RetailFile at(Path path) throws IOException {
    return new RetailFile(String.valueOf(path.getFileName()), () -> Files.newInputStream(path));
  }

  /** The file's name without folders. */
  public String name() {
    return name;
  }

  /** Rows after the heading. */
  public long rows() {
    return rows;
  }

  /** Different invoices; rows without one count as one. */
  public int invoices() {
    return lastLineByInvoice.size();
  }

  /**
   * Hands over every row in the order of the file.
   *
   * @throws UncheckedIOException if the file can't be read any more
   * @throws RetailFormatException if it has changed since and is no CSV file now
   */
  public void forEach(Consumer<RetailRow> reader) {
    try {
      readCells(row -> reader.accept(rowOf(row)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RetailRow rowOf(Cells row) {
    String invoice = row.cell("InvoiceNo");
    return new RetailRow(
        row.line(),
        invoice,
        row.cell("StockCode"),
        row.cell("Description"),
        row.cell("Quantity"),
        row.cell("UnitPrice"),
        row.cell("CustomerID"),
        row.cell("Country"),
        lastLineByInvoice.getOrDefault(invoice, row.line()) == row.line());
  }

  private void readCells(Consumer<Cells> reader) throws IOException {
    try (CsvReader<CsvRecord> records =
        CsvReader.builder()
            .detectBomHeader(true)
            .allowUnclosedQuote(false) // it would swallow the rest of the file
            .allowMissingFields(true) // a row cut short is the cart service's to refuse
            .allowExtraFields(true)
            .ofCsvRecord(source.open(), UTF_8)) {
      Iterator<CsvRecord> rows = records.iterator();
      Map<String, Integer> columns =
          columnsOf(rows.hasNext() ? rows.next().getFields() : List.of());
      while (rows.hasNext()) {
        reader.accept(new Cells(columns, rows.next()));
      }
    } catch (CsvParseException e) {
      throw new RetailFormatException(name + ": " + e.getMessage(), e);
    }
  }

  private Map<String, Integer> columnsOf(List<String> heading) {
    if (!heading.containsAll(COLUMNS)) {
      throw new RetailFormatException(
          "%s: columns %s (expected: %s)".formatted(name, heading, COLUMNS), null);
    }
    Map<String, Integer> columns = new HashMap<>();
    for (String column : COLUMNS) {
      columns.put(column, heading.indexOf(column));
    }
    return columns;
  }

  private record Cells(Map<String, Integer> columns, CsvRecord row) {
    String cell(String column) {
      int position = Objects.requireNonNull(columns.get(column), column);
      return position < row.getFieldCount() ? row.getField(position).strip() : "";
    }

    int line() {
      return Math.toIntExact(row.getStartingLineNumber());
    }
  }
}
