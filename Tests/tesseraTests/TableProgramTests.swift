import Foundation
import Testing

/// Tables of a user's own, as the command line fills them in a folder that holds nothing else.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct TableProgramTests {
  private static let files = """
    cd "$FOLDER"
    printf 'experiment: toy-gaussian\\nsteps: 100\\nbatchSize: 60\\n' > pearson.yaml
    echo 'method: pearson' >> pearson.yaml
    sed 's/pearson/distance/' pearson.yaml > distance.yaml
    cat > own.yaml <<'TABLE'
    summary: two methods, two numbers
    seeds: 2
    columns:
      - {title: before, metric: mutual information.0, expected: [0, 9]}
      - {title: after, metric: mutual information.100}
    rows:
      - {label: Pearson, config: pearson.yaml, paper: {after: 0.25}}
      - {label: distance, config: distance.yaml, set: {batchSize: 50}}
    TABLE
    """

  private func shell(_ command: String) throws -> Program.Ending {
    let folder = NSTemporaryDirectory() + "tessera-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try Program.shell(Self.files + "\n" + command, folder: folder)
  }

  @Test func fillsATableOfTwoConfigs() throws {
    let ending = try shell(
      """
      "$TESSERA" table own.yaml --quiet --threads 1 --format csv && "$TESSERA" table own.yaml --done --quiet \
      --format markdown && ls runs runs/toy-gaussian | wc -l
      """)
    #expect(ending.code == 0, "\(ending.error)")
    let lines = ending.output.split(separator: "\n").map(String.init)
    let cells = lines.filter { $0.hasPrefix("Pearson,") || $0.hasPrefix("distance,") }
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(
      cells.map { "\($0[0]) \($0[1])" } == [
        "Pearson before", "Pearson after", "distance before", "distance after",
      ])
    #expect(cells.allSatisfy { Double($0[2]) != nil && $0[4] == "2" })
    #expect(cells[1][5] == "0.25" && cells[0][8] == "within")
    #expect(ending.output.contains("| Pearson |") && ending.output.contains("report: "))
  }

  @Test func doneStartsNothing() throws {
    let ending = try shell(
      #""$TESSERA" table own.yaml --done --quiet; ls -d runs/toy-gaussian/* 2>/dev/null | wc -l"#)
    #expect(ending.code == 0 && ending.output.contains("0 of 2 seeds done"), "\(ending.error)")
    #expect(ending.output.hasSuffix("\n0\n"))
  }

  @Test func saysWhereAFileIsWrong() throws {
    let ending = try shell(
      #"sed -i 's/metric: mutual/metrik: mutual/' own.yaml; "$TESSERA" table own.yaml"#)
    #expect(ending.code != 0)
    #expect(
      ending.error.contains(
        "own.yaml:4:21: unknown key `columns[0].metrik`; did you mean `columns[0].metric`?"),
      "\(ending.error)")
  }
}
