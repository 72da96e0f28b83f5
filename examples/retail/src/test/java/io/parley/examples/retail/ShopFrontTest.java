package io.parley.examples.retail;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.RemoveProductFromCart;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShopFrontTest {
  @TempDir Path folder;

  @Test
  void shouldAddTheProductOfARow() {
    assertThat(ShopFront.commandOf(row("536365", "6", "2.55")))
        .isEqualTo(
            new AddProductToCart(
                "536365", "17850", "France", "85123A", "HOLDER", 6, new BigDecimal("2.55")));
  }

  @ParameterizedTest
  @CsvSource({"C536379,-12,12", "536589,-10,10", "C536379,3,-3"})
  void shouldRemoveTheProductOfACancelledInvoiceOrANegativeQuantity(
      String invoice, String cell, int quantity) {
    assertThat(ShopFront.commandOf(row(invoice, cell, "2.55")))
        .isEqualTo(
            new RemoveProductFromCart(
                invoice, "17850", "France", "85123A", "HOLDER", quantity, new BigDecimal("2.55")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "1.5", "2147483648", "1E+999999999", "0x10", "NaN"})
  void shouldLeaveOutAQuantityThatIsNoWholeNumber(String cell) {
    assertThat(ShopFront.commandOf(row("1", cell, "2.55")))
        .isInstanceOfSatisfying(
            AddProductToCart.class, command -> assertThat(command.quantity()).isNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cheap", "2,55", "£2", "0.0000000000000000000000000000001"})
  void shouldLeaveOutAPriceThatIsNoNumber(String cell) {
    assertThat(ShopFront.commandOf(row("1", "1", cell)))
        .isInstanceOfSatisfying(
            AddProductToCart.class, command -> assertThat(command.unitPrice()).isNull());
  }

  @Test
  void shouldNameEachCommandOfAFileTheSameWheneverItIsRead() throws IOException {
    Set<Object> once = idsOf(RetailFile.packaged());
    Set<Object> again = idsOf(RetailFile.packaged());

    assertThat(once).hasSize(3_108 + 143).isEqualTo(again);
  }

  @Test
  void shouldNameCommandsOfDifferentFilesDifferently() throws IOException {
    String text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,";
    Path one = Files.writeString(folder.resolve("one.csv"), text + "Country\n1,A\n");
    Path two = Files.writeString(folder.resolve("two.csv"), text + "Country\n1,A\n");

    assertThat(idsOf(RetailFile.at(one))).doesNotContainAnyElementsOf(idsOf(RetailFile.at(two)));
  }

  private static Set<Object> idsOf(RetailFile file) {
    CommandIds ids = CommandIds.of(file);
    Set<Object> found = new HashSet<>();
    file.forEach(
        row -> {
          found.add(ids.ofRow(row));
          if (row.lastOfInvoice()) {
            found.add(ids.ofCheckOut(row));
          }
        });
    return found;
  }

  private static RetailRow row(String invoice, String quantity, String unitPrice) {
    return new RetailRow(
        2, invoice, "85123A", "HOLDER", quantity, unitPrice, "17850", "France", false);
  }
}
