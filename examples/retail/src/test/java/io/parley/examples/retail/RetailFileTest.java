package io.parley.examples.retail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetailFileTest {
  private static final String HEADING =
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

  @TempDir Path folder;

  @Test
  void shouldReadEveryRowOfThePackagedDay() throws IOException {
    RetailFile file = RetailFile.packaged();

    List<RetailRow> rows = rowsOf(file);

    assertThat(file.name()).isEqualTo("2010-12-01.csv");
    assertThat(file.rows()).isEqualTo(3_108);
    assertThat(file.invoices()).isEqualTo(143);
    assertThat(rows).hasSize(3_108);
    assertThat(rows.get(0))
        .isEqualTo(
            new RetailRow(
                2,
                "536365",
                "85123A",
                "WHITE HANGING HEART T-LIGHT HOLDER",
                "6",
                "2.55",
                "17850.0",
                "United Kingdom",
                false));
    assertThat(rows.stream().filter(RetailRow::lastOfInvoice)).hasSize(143);
  }

  @Test
  void shouldReadQuotedCommasQuotesAndLineBreaks() throws IOException {
    List<RetailRow> rows =
        rowsOf(
            file(
                HEADING
                    + "1,A,\"TEA,COFFEE\",1,d,2,3,France\n"
                    + "2,B,\"12\"\" RULER\",1,d,2,3,France\r\n"
                    + "3,C,\"two\nlines\",1,d,2,3,\"France\"\n"
                    + "4,D,,1,d,2,3,France"));

    assertThat(rows)
        .extracting(RetailRow::description)
        .containsExactly("TEA,COFFEE", "12\" RULER", "two\nlines", "");
    assertThat(rows).extracting(RetailRow::line).containsExactly(2, 3, 4, 6);
    assertThat(rows).extracting(RetailRow::country).containsOnly("France");
  }

  @Test
  void shouldLeaveEmptyWhatIsAbsent() throws IOException {
    List<RetailRow> rows = rowsOf(file(HEADING + "1,A,,,,,,\n2,B\n"));

    assertThat(rows)
        .containsExactly(
            new RetailRow(2, "1", "A", "", "", "", "", "", true),
            new RetailRow(3, "2", "B", "", "", "", "", "", true));
  }

  @Test
  void shouldKnowTheLastRowOfAnInvoiceWhoseRowsAreApart() throws IOException {
    List<RetailRow> rows = rowsOf(file(HEADING + "1,A\n2,B\n1,C\n"));

    assertThat(rows).extracting(RetailRow::lastOfInvoice).containsExactly(false, true, true);
  }

  @Test
  void shouldReadAFileWithByteOrderMarkAndColumnsInAnotherOrder() throws IOException {
    List<RetailRow> rows =
        rowsOf(
            file(
                "\uFEFFCountry,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,"
                    + "InvoiceNo,More\nFrance,3,2,d,1,tea,A,1,x\n"));

    assertThat(rows)
        .containsExactly(new RetailRow(2, "1", "A", "tea", "1", "2", "3", "France", true));
  }

  @Test
  void shouldReadAFileWithoutRows() throws IOException {
    RetailFile file = file(HEADING);

    assertThat(file.rows()).isZero();
    assertThat(rowsOf(file)).isEmpty();
  }

  @Test
  void shouldNameTheColumnsExpectedWhenTheyAreMissing() {
    assertThatThrownBy(() -> file("name,price\ntea,1\n"))
        .isInstanceOf(RetailFormatException.class)
        .hasMessageContaining("[name, price]")
        .hasMessageContaining("InvoiceNo")
        .hasMessageContaining("rows.csv");
  }

  @Test
  void shouldNameTheFileWhoseQuoteIsNeverClosed() {
    assertThatThrownBy(() -> file(HEADING + "1,A,\"tea,1,d,2,3,France\n"))
        .isInstanceOf(RetailFormatException.class)
        .hasMessageContaining("rows.csv")
        .hasMessageContaining("line 2");
  }

  @Test
  void shouldRefuseAnEmptyFile() {
    assertThatThrownBy(() -> file(""))
        .isInstanceOf(RetailFormatException.class)
        .hasMessageContaining("columns []");
  }

  @Test
  void shouldSayThatThereIsNoSuchFile() {
    assertThatThrownBy(() -> RetailFile.at(folder.resolve("none.csv")))
        .isInstanceOf(NoSuchFileException.class);
  }

  private RetailFile file(String text) throws IOException {
    return RetailFile.at(Files.writeString(folder.resolve("rows.csv"), text));
  }

  private static List<RetailRow> rowsOf(RetailFile file) {
    List<RetailRow> rows = new ArrayList<>();
    file.forEach(rows::add);
    return rows;
  }
}
