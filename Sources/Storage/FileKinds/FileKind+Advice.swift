import Foundation

extension FileKind {
  /// What a person can do who has such a file in the place of one of kind `wanted`.
  ///
  /// - Parameters:
  ///   - path: the file, for the commands.
  ///   - wanted: what the reader expected.
  public func advice(for path: String, wanted: FileKind) -> String {
    if wanted.isPicture && isPicture {
      return wanted == .png
        ? "convert it to PNG, for instance with `mogrify -auto-orient -format png \(Self.quoted(path))`, or leave it out"
        : "convert it to \(wanted.rawValue.uppercased()), or leave it out"
    }
    if wanted == .csv, let advice = tableAdvice(for: path) { return advice }
    switch self {
    case .empty: return "fetch or write it again"
    case .zeros:
      return "a download or a disk failed half-way: fetch or write it again"
    case .gitLFSPointer:
      return "fetch the contents with `git lfs pull` in its repository (after `git lfs install`), "
        + "or download the file itself"
    case .webPage, .xml:
      return "a server answered with a page (a log-in, a notice, an error) in place of the file: "
        + "open the address in a browser and download the file itself"
    case .json, .text:
      return
        "look into it with a text editor: it may be a server's error, or an index of other files; "
        + "fetch the file itself"
    case .gzip: return "decompress it first: `gunzip -k \(Self.quoted(path))`"
    case .zip: return "unpack it first: `unzip \(Self.quoted(path))`"
    case .bzip2: return "decompress it first: `bunzip2 -k \(Self.quoted(path))`"
    case .xz: return "decompress it first: `unxz -k \(Self.quoted(path))`"
    case .zstd: return "decompress it first: `unzstd \(Self.quoted(path))`"
    case .lz4: return "decompress it first: `unlz4 -k \(Self.quoted(path))`"
    case .sevenZip: return "unpack it first: `7z x \(Self.quoted(path))`"
    case .rar: return "unpack it first: `unrar x \(Self.quoted(path))`"
    case .tar: return "unpack it first: `tar -xf \(Self.quoted(path))`"
    default: return arrayAdvice(for: path, wanted: wanted)
    }
  }

  /// The same for files of arrays, tables and programs.
  private func arrayAdvice(for path: String, wanted: FileKind) -> String {
    let (file, stem) = (URL(filePath: path).lastPathComponent, Self.stem(path))
    switch self {
    case .npy, .npz, .safetensors, .hdf5:
      if wanted.isArrays {
        return "give it a name that ends in \(ending ?? ""), and it is read"
      }
      return "`tessera checkpoint inspect` shows what is in it; name the file that was meant"
    case .torch, .torchLegacy:
      return "save its tensors from Python: "
        + Self.python(
          "import torch, safetensors.torch as s; d = torch.load(\"\(file)\", map_location=\"cpu\", "
            + "weights_only=True); d = d.get(\"state_dict\", d); "
            + "s.save_file({k: v.clone().contiguous() for k, v in d.items() if torch.is_tensor(v)}, "
            + "\"\(stem).safetensors\")")
    case .pickle:
      return
        "a pickle runs code where it is opened, so it is not read: if you trust it, save its arrays from Python: "
        + Self.python(
          "import pickle, numpy as n; d = pickle.load(open(\"\(file)\", \"rb\")); "
            + "n.savez(\"\(stem).npz\", **(d if isinstance(d, dict) else {\"data\": d}))")
    case .keras:
      return "its weights are HDF5, which is read: `unzip \(Self.quoted(path)) model.weights.h5`"
    case .matlab:
      return "save it from MATLAB with `save(…, '-v7.3')`, which is HDF5 and read, or from Python: "
        + Self.python(
          "import scipy.io, numpy as n; n.savez(\"\(stem).npz\", **{k: v for k, v in "
            + "scipy.io.loadmat(\"\(file)\").items() if k[0] != \"_\"})")
    case .netCDF:
      return
        "rewrite it as NetCDF 4, which is HDF5 and read: `nccopy -k nc4 \(Self.quoted(path)) \(stem).h5`"
    case .gguf:
      return "its weights are quantised: take the safetensors file that the model was published as"
    case .onnx:
      return "save its weights from Python: "
        + Self.python(
          "import onnx, numpy as n; from onnx import numpy_helper as h; n.savez(\"\(stem).npz\", "
            + "**{t.name: h.to_array(t) for t in onnx.load(\"\(file)\").graph.initializer})")
    case .tensorFlow:
      let prefix = file.hasSuffix(".index") ? String(file.dropLast(6)) : file
      return "save its variables from Python: "
        + Self.python(
          "import tensorflow as tf, numpy as n; r = tf.train.load_checkpoint(\"\(prefix)\"); "
            + "n.savez(\"\(stem).npz\", **{k: r.get_tensor(k) for k in r.get_variable_to_shape_map()})"
        )
    case .tfRecord: return "save its records as arrays from TensorFlow, with numpy.savez"
    case .parquet, .arrow, .xlsx, .office, .ods, .orc, .avro, .spss, .stata, .rWorkspace, .arff,
      .rtf, .sqlite:
      return tableAdvice(for: path) ?? "name the file that was meant"
    case .png, .jpeg, .gif, .bmp, .tiff, .webp:
      return "a picture is no file of arrays; folders of pictures are read with data.source=folder"
    default: return "name the file that was meant"
    }
  }

  /// How a table comes out of the file as text; `nil` where it holds none, or is unpacked first.
  private func tableAdvice(for path: String) -> String? {
    let (file, stem) = (URL(filePath: path).lastPathComponent, Self.stem(path))
    func pandas(_ call: String) -> String {
      "save it as CSV from Python: "
        + Self.python(
          "import pandas as p; p.\(call)(\"\(file)\").to_csv(\"\(stem).csv\", index=False)")
    }
    switch self {
    case .parquet: return pandas("read_parquet")
    case .arrow: return pandas("read_feather")
    case .orc: return pandas("read_orc")
    case .spss: return pandas("read_spss")
    case .stata: return pandas("read_stata")
    case .json: return pandas("read_json")
    case .hdf5: return pandas("read_hdf")
    case .pickle: return pandas("read_pickle") + ", if you trust it: a pickle runs code"
    case .avro: return "save it as CSV from the program that made it"
    case .xlsx, .office, .ods:
      return "save the sheet as CSV (UTF-8) from the program that made it"
    case .rtf, .pdf, .xml: return "save the table as CSV where it came from"
    case .rWorkspace: return "save the table from R: write.csv(x, row.names = FALSE)"
    case .matlab: return "save the table from MATLAB: writetable"
    case .arff:
      return "delete the lines up to @data and put one line with the column names in their place"
    case .sqlite:
      return "export the table as CSV: `sqlite3 -header -csv \(Self.quoted(path)) 'SELECT …'`"
    case .npy, .npz: return "write the arrays as CSV, such as with numpy.savetxt"
    case .safetensors: return "`tessera checkpoint inspect` shows what is in it; name a CSV file"
    case .png, .jpeg, .gif, .bmp, .tiff, .webp, .program: return "name a CSV file"
    default: return nil
    }
  }

  /// A name for the converted file: the name without its ending.
  private static func stem(_ path: String) -> String {
    let url = URL(filePath: path)
    let name = url.deletingPathExtension().lastPathComponent
    // A file under the name of what it is to become must not be written over.
    return [".npz", ".safetensors", ".csv", ".h5"].contains { name + $0 == url.lastPathComponent }
      ? "\(name)-new" : name
  }

  private static func python(_ code: String) -> String { "`python3 -c '\(code)'`" }

  /// A path as a shell takes it.
  package static func quoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || "/._-+=".utf8.contains(byte)
    }
    return plain && !path.isEmpty && !path.hasPrefix("-")
      ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}
