import Storage

extension OwnColumn {
  /// A column of words as codes.
  struct Words {
    /// For each row the place of its word in ``levels``.
    var codes: [Int]
    /// The different words, sorted.
    var levels: [String]
    /// How many rows have each.
    var counts: [Int]
    /// What a reader of results must know: spellings that were taken as one.
    var notes: [String]

    /// `"high" (12 rows), "low" (9 rows)`, of many words the first of them.
    var listing: String {
      let shown = zip(levels, counts).prefix(8).map { "\"\($0)\" (\($1) rows)" }
      return shown.joined(separator: ", ")
        + (levels.count > 8 ? " and \(levels.count - 8) more" : "")
    }
  }

  /// The codes of the rows' words.
  ///
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` if a word is there in two spellings, unless the
  ///   layout says what becomes of them.
  func words(_ rows: [Int], _ layout: FairnessTable.Layout) throws(DatasetError) -> Words {
    var words = rows.map { text($0) }
    var counts: [String: Int] = [:]
    var notes: [String] = []
    for word in words { counts[word, default: 0] += 1 }
    if let twofold = wordInTwoForms(words) {
      notes.append(
        "\(name): \"\(twofold)\" is written in two forms of Unicode (composed and decomposed letters), "
          + "taken as one word")
    }
    let variants = layout.spellings == .separate ? [] : WordSpelling.variants(of: counts)
    if !variants.isEmpty {
      let shown = variants.prefix(3).map { group in
        group.words.map { "\"\($0.word)\" (\($0.count) rows)" }.joined(separator: " and ")
      }.joined(separator: "; ")
      let extra = variants.count > 3 ? "; and \(variants.count - 3) more words" : ""
      guard layout.spellings == .merge else {
        let rarer = variants[0].words.last!.word
        let row = rows[words.firstIndex(of: rarer)!]
        throw .unexpected(
          path: table.path, at: location(row), expected: "one spelling of each word",
          found: shown + extra,
          advice:
            "correct the file, or set \(layout.optionPrefix)spellings=merge to take them as one "
            + "word, or \(layout.optionPrefix)spellings=separate if they are different words")
      }
      var usual: [String: String] = [:]
      for group in variants { for other in group.words { usual[other.word] = group.words[0].word } }
      words = words.map { usual[$0] ?? $0 }
      counts = [:]
      for word in words { counts[word, default: 0] += 1 }
      notes.append("\(name): taken as one word: \(shown)\(extra)")
    }
    let levels = counts.keys.sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
    return Words(
      codes: words.map { places[$0]! }, levels: levels, counts: levels.map { counts[$0]! },
      notes: notes)
  }

  /// A word whose letters are composed in one row and decomposed in another: equal, though written in other bytes.
  private func wordInTwoForms(_ words: [String]) -> String? {
    var forms: [String: String] = [:]
    for word in words where word.utf8.contains(where: { $0 >= 0x80 }) {
      if let known = forms[word] {
        if !known.utf8.elementsEqual(word.utf8) { return word }
      } else {
        forms[word] = word
      }
    }
    return nil
  }
}
