/// What a file is by its bytes, whatever its name says.
///
/// Readers name it in their errors: a pointer of Git LFS under the name of a checkpoint is not a damaged checkpoint.
public enum FileKind: String, Sendable, CaseIterable {
  /// Nothing, or nothing but zeros.
  case empty, zeros
  /// What stands for a file or came in its place.
  case gitLFSPointer, webPage, xml, json, text
  /// Packed files.
  case gzip, zip, bzip2, xz, zstd, lz4, sevenZip, rar, tar
  /// Arrays that are read.
  case npy, npz, safetensors, hdf5, idx
  /// Arrays that other programs read.
  case pickle, torch, torchLegacy, keras, matlab, netCDF, gguf, onnx, tensorFlow, tfRecord
  /// Tables and documents of other programs.
  case parquet, arrow, orc, avro, xlsx, office, ods, sqlite, spss, stata, rWorkspace, arff, pdf, rtf
  /// A table of text, which is read: nothing in its bytes says so.
  case csv
  /// Pictures.
  case png, jpeg, gif, bmp, tiff, webp
  /// A program.
  case program

  /// The kind in words, with its article.
  public var name: String {
    switch self {
    case .empty: "an empty file"
    case .zeros: "nothing but zeros"
    case .gitLFSPointer: "a pointer of Git LFS, not the file that it stands for"
    case .webPage: "a web page (HTML)"
    case .xml: "an XML text"
    case .json: "a JSON text"
    case .text: "a text"
    case .gzip: "a gzip file"
    case .zip: "a zip archive"
    case .bzip2: "a bzip2 file"
    case .xz: "an xz file"
    case .zstd: "a Zstandard file"
    case .lz4: "an LZ4 file"
    case .sevenZip: "a 7-Zip archive"
    case .rar: "a RAR archive"
    case .tar: "a tar archive"
    case .npy: "a NumPy array (.npy)"
    case .npz: "an archive of NumPy arrays (.npz)"
    case .safetensors: "a safetensors file"
    case .hdf5: "an HDF5 file"
    case .idx: "an IDX file"
    case .pickle: "a Python pickle"
    case .torch: "a PyTorch file (a zip archive with a pickle)"
    case .torchLegacy: "a PyTorch file of before version 1.6 (pickles)"
    case .keras: "a Keras model (a zip archive)"
    case .matlab: "a MATLAB file of version 5 to 7"
    case .netCDF: "a NetCDF file of version 3"
    case .gguf: "a GGUF file"
    case .onnx: "an ONNX model"
    case .tensorFlow: "a TensorFlow checkpoint"
    case .tfRecord: "a TFRecord file"
    case .parquet: "a Parquet file"
    case .arrow: "an Arrow or Feather file"
    case .orc: "an ORC file"
    case .avro: "an Avro file"
    case .xlsx: "an Excel workbook (xlsx)"
    case .office: "an old Excel workbook (xls) or other Office file"
    case .ods: "an OpenDocument sheet (ods)"
    case .sqlite: "an SQLite database"
    case .spss: "an SPSS file"
    case .stata: "a Stata file"
    case .rWorkspace: "an R workspace"
    case .arff: "an ARFF file of Weka"
    case .pdf: "a PDF document"
    case .rtf: "an RTF document"
    case .csv: "a table of text (CSV)"
    case .png: "a PNG file"
    case .jpeg: "a JPEG file"
    case .gif: "a GIF file"
    case .bmp: "a BMP file"
    case .tiff: "a TIFF file"
    case .webp: "a WebP file"
    case .program: "a program"
    }
  }

  /// Whether it is a picture.
  public var isPicture: Bool {
    switch self {
    case .png, .jpeg, .gif, .bmp, .tiff, .webp: true
    default: false
    }
  }

  /// Whether `tessera checkpoint` reads it.
  public var isArrays: Bool {
    switch self {
    case .npy, .npz, .safetensors, .hdf5: true
    default: false
    }
  }

  /// The ending of a name that goes with the kind, for those that are read here.
  public var ending: String? {
    switch self {
    case .npy: ".npy"
    case .npz: ".npz"
    case .safetensors: ".safetensors"
    case .hdf5: ".h5"
    case .png: ".png"
    case .jpeg: ".jpg"
    default: nil
    }
  }
}
