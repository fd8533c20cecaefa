import Settings
import Testing

@Suite struct KeyValueTests {
  @Test func theFirstEqualsSignParts() throws {
    let pair = try #require(KeyValue(" a.b\t=x=y "))
    #expect(pair.key == "a.b" && pair.value == "x=y ")
    #expect(KeyValue("a=")?.value == "")
    #expect(KeyValue("a") == nil && KeyValue("=a") == nil && KeyValue(" =a") == nil)
  }
}
