import Foundation
import Storage

extension ImageSource {
  /// The files that are read, folder by folder; none for generated images.
  ///
  /// - Throws: ``DatasetError/notFound(dataset:files:searched:advice:)`` with the folders looked at.
  public func files(
    in directories: [String]
  ) throws(DatasetError) -> [(folder: String, names: [String])] {
    var places: [(folder: String, names: [String])] = []
    for folder in folders {
      let path = try folder.require(in: directories, for: self)
      places.append((path, folder.found(in: path)))
    }
    return places
  }
}

extension FairnessSource {
  /// The files that are read, with their folder; `nil` for generated tables.
  ///
  /// - Throws: ``DatasetError/notFound(dataset:files:searched:advice:)`` with the folders looked at.
  public func files(
    in directories: [String]
  ) throws(DatasetError) -> (folder: String, names: [String])? {
    if isSynthetic { return nil }
    if let folder = folder(in: directories) { return (folder, fileNames) }
    // Without its files there is no table to be had: this throws, with what to do.
    _ = try table(in: directories)
    return nil
  }
}

extension ImageFolder {
  /// The names of the files of the set that are there, in this folder.
  func found(in folder: String) -> [String] {
    guard let listing = FolderListing(folder) else { return [] }
    return (listing.files + listing.folders).filter { name in
      let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
      return files.contains(plain) || more.contains { plain.hasPrefix($0) }
        || endings.contains { name.lowercased().hasSuffix($0) }
    }
  }
}
