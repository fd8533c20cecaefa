import Foundation

/// Finding a data set's files in a folder.
enum DatasetFiles {
  /// The path of a file that must be there.
  static func path(
    _ file: String, in folder: String, dataset: String
  ) throws(DatasetError) -> String {
    let path = folder + "/" + file
    guard exists(path) else {
      throw .notFound(
        dataset: dataset, files: [file], searched: [folder],
        advice: "run `tessera data fetch \(dataset)`, or put the file there by hand")
    }
    return path
  }

  static func exists(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }
}
