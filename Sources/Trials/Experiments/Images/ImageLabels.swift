import Datasets

/// What experiments ask of the labels of images.
enum ImageLabels {
  /// How many values a column of labels has.
  ///
  /// - Throws: ``ConfigError`` if the images have no such column.
  static func classCount(_ label: String, of data: ImageSplits, key: String) throws -> Int {
    guard data.train.labels[label] != nil else {
      let known = data.train.labels.keys.sorted()
      throw ConfigError.invalid(
        key: key, place: "",
        expected: "a label of \(data.train.name): \(known.joined(separator: ", "))",
        found: label)
    }
    return data.train.classCount(label)
  }

  /// The images whose class the others have too, counted as theirs are: CIFAR-10 and STL-10 share nine classes.
  static func shared(_ data: ImageSplits, with other: ImageSplits, label: String) -> ImageSplits {
    guard let own = data.train.labelNames[label], let names = other.train.labelNames[label],
      own != names, Set(names).isSubset(of: own)
    else { return data }
    return ImageSplits(
      train: data.train.keeping(names, of: label),
      validation: data.validation.keeping(names, of: label),
      test: data.test.keeping(names, of: label))
  }
}
